//! Whether the program starts with the person's session. On Linux that is a file in the folder that the
//! desktops look into (Desktop Application Autostart Specification); on Windows and macOS the system's
//! own list.

#[cfg(target_os = "linux")]
pub(crate) use file::{is_on, set};
#[cfg(not(target_os = "linux"))]
pub(crate) use list::{is_on, plugin, set};

#[cfg(target_os = "linux")]
mod file {
    use std::io;
    use std::path::{Path, PathBuf};

    use tauri::{AppHandle, Manager as _};

    use crate::opened::UNASKED;

    pub(crate) fn is_on(app: &AppHandle) -> bool {
        path(app).is_ok_and(|path| path.is_file())
    }

    pub(crate) fn set(app: &AppHandle, on: bool) -> io::Result<()> {
        let path = path(app)?;
        if !on {
            return match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        // An AppImage is somewhere else each time it runs: its file is what lasts.
        let program = match app.env().appimage {
            Some(image) => PathBuf::from(image),
            None => std::env::current_exe()?,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, entry(&program))
    }

    fn path(app: &AppHandle) -> io::Result<PathBuf> {
        let folder = app.path().config_dir().map_err(io::Error::other)?;
        Ok(folder.join("autostart/Kabinet.desktop"))
    }

    fn entry(program: &Path) -> String {
        let program = quoted(&program.to_string_lossy());
        format!(
            "[Desktop Entry]\nType=Application\nName=Kabinet\nExec={program} {UNASKED}\nIcon=kabinet\nTerminal=false\n"
        )
    }

    /// A word of `Exec` (Desktop Entry Specification, The Exec key): quoted, what means something
    /// inside quotes escaped, and a percent sign doubled. The file's own escaping doubles backslashes
    /// once more.
    fn quoted(word: &str) -> String {
        let mut text = String::from("\"");
        for sign in word.chars() {
            match sign {
                '"' | '`' | '$' => text.extend(["\\\\", &sign.to_string()]),
                '\\' => text.push_str("\\\\\\\\"),
                '%' => text.push_str("%%"),
                _ => text.push(sign),
            }
        }
        text.push('"');
        text
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn any_path_is_one_word() {
            assert_eq!(quoted("/opt/my kabinet"), "\"/opt/my kabinet\"");
            assert_eq!(quoted("/a\"b`c$d%e"), "\"/a\\\\\"b\\\\`c\\\\$d%%e\"");
            assert_eq!(quoted("a\\b"), "\"a\\\\\\\\b\"");
            let entry = entry(Path::new("/usr/bin/kabinet"));
            assert!(entry.contains("\nExec=\"/usr/bin/kabinet\" --unasked\n"));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod list {
    use tauri::plugin::TauriPlugin;
    use tauri::{AppHandle, Wry};
    use tauri_plugin_autostart::{Builder, Error, ManagerExt as _};

    use crate::opened::UNASKED;

    pub(crate) fn plugin() -> TauriPlugin<Wry> {
        Builder::new().arg(UNASKED).build()
    }

    /// Where the system does not say, it was never asked to.
    pub(crate) fn is_on(app: &AppHandle) -> bool {
        app.autolaunch().is_enabled().unwrap_or(false)
    }

    pub(crate) fn set(app: &AppHandle, on: bool) -> Result<(), Error> {
        let list = app.autolaunch();
        if on { list.enable() } else { list.disable() }
    }
}
