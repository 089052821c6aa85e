//! The proxy: what the settings page may ask for. The trusted prompt confirms another proxy and takes its
//! password.

use kabinet_desk::ProxySettings;
use kabinet_desk::view::{PromptView, ProxyModeView, ProxyView};
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
    wish: ProxySettings,
) -> Answer<ProxyView> {
    // What is typed for another mode is not kept.
    let settings = match wish.mode {
        ProxyModeView::Manual => ProxySettings {
            script: String::new(),
            ..wish
        },
        ProxyModeView::Automatic => ProxySettings {
            mode: wish.mode,
            script: wish.script,
            ..ProxySettings::default()
        },
        ProxyModeView::System | ProxyModeView::None => ProxySettings {
            mode: wish.mode,
            ..ProxySettings::default()
        },
    };
    let address = said(&desk, desk.check_proxy(&settings))?;
    let mut password = None;
    match settings.mode {
        ProxyModeView::Manual => {
            let view = PromptView::Proxy {
                address,
                user: settings.user.clone(),
            };
            let answer = ask(&app, &desk, view).await?;
            password = settings.user.as_ref().map(|_| answer.secret);
        }
        ProxyModeView::Automatic => {
            ask(&app, &desk, PromptView::ProxyScript { address }).await?;
        }
        ProxyModeView::System | ProxyModeView::None => {}
    }
    let view = blocking(&desk, move |desk| desk.keep_proxy(settings, password)).await?;
    desk.reconnect().await;
    Ok(view)
}
