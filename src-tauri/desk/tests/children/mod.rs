//! What processes this one has started.

/// Their numbers, while they are there.
pub(crate) fn children() -> Vec<String> {
    let all = std::fs::read_dir("/proc/self/task").unwrap();
    let lists = all.map(|task| std::fs::read_to_string(task.unwrap().path().join("children")));
    let lists: String = lists.map(|list| list.unwrap_or_default()).collect();
    lists.split_whitespace().map(str::to_owned).collect()
}
