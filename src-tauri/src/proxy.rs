//! The proxy: what the settings page may ask for. The trusted prompt confirms another proxy and takes its
//! password.

use kabinet_desk::ProxySettings;
use kabinet_desk::view::{PromptView, ProxyKindView, ProxyModeView, ProxyView};
use tauri::AppHandle;

use crate::commands::{Answer, Shared, ask, blocking, said};

#[tauri::command]
pub(crate) async fn proxy(desk: Shared<'_>) -> Answer<ProxyView> {
    blocking(&desk, |desk| Ok(desk.proxy())).await
}

#[tauri::command]
pub(crate) async fn set_proxy(
    app: AppHandle,
    desk: Shared<'_>,
    mode: ProxyModeView,
    kind: ProxyKindView,
    host: String,
    port: u16,
    user: Option<String>,
) -> Answer<ProxyView> {
    let settings = match mode {
        ProxyModeView::Manual => ProxySettings {
            mode,
            kind,
            host,
            port,
            user,
        },
        ProxyModeView::System | ProxyModeView::None => ProxySettings {
            mode,
            ..ProxySettings::default()
        },
    };
    let address = said(&desk, desk.check_proxy(&settings))?;
    let mut password = None;
    if mode == ProxyModeView::Manual {
        let view = PromptView::Proxy {
            address,
            user: settings.user.clone(),
        };
        let answer = ask(&app, &desk, view).await?;
        password = settings.user.as_ref().map(|_| answer.secret);
    }
    blocking(&desk, move |desk| desk.keep_proxy(settings, password)).await
}
