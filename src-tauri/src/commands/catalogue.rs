//! Procedures, and search in everything.

use kabinet_desk::view::{FormView, ProcedureHitView, SearchView};

use super::{Answer, Shared, blocking};

/// Records that a search lists.
const MOST_FOUND: usize = 20;

#[tauri::command]
pub(crate) async fn catalog(desk: Shared<'_>, query: String) -> Answer<Vec<ProcedureHitView>> {
    blocking(&desk, move |desk| desk.catalog(&query)).await
}

#[tauri::command]
pub(crate) async fn search(desk: Shared<'_>, query: String) -> Answer<SearchView> {
    blocking(&desk, move |desk| desk.search(&query, MOST_FOUND)).await
}

#[tauri::command]
pub(crate) async fn procedure(desk: Shared<'_>, id: String) -> Answer<FormView> {
    blocking(&desk, move |desk| desk.procedure(&id)).await
}
