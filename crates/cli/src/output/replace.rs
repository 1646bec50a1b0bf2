//! Replacing a file as a whole: the new text is written beside it and renamed over it, so that a full
//! disk or a crash in the middle loses nothing of the old one.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How many names beside the file are tried. More than one is in use only if runs of this process
/// write to one folder at once, or a crash left one behind.
const NAMES: u32 = 100;

/// Whether a file that is not there could be made, without leaving one.
pub(super) fn check(path: &Path) -> io::Result<()> {
    let (beside, _) = create_beside(path)?;
    fs::remove_file(beside)
}

/// Where a path to nothing leads: a link may wait for its file.
pub(super) fn target(path: &Path) -> PathBuf {
    match fs::read_link(path) {
        Ok(link) => path.parent().unwrap_or(Path::new("")).join(link),
        Err(_) => path.to_path_buf(),
    }
}

/// Puts the text in place of what the file holds. It keeps its permissions.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    match rename_over(path, text) {
        // A file may be open to writing in a folder that is not, or be a mount of its own.
        Err(error) if is_about_the_folder(&error) => File::create(path)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all())),
        written => written,
    }
}

fn is_about_the_folder(error: &io::Error) -> bool {
    use ErrorKind::{CrossesDevices, PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem | ResourceBusy | CrossesDevices)
}

fn rename_over(path: &Path, text: &str) -> io::Result<()> {
    let (beside, file) = create_beside(path)?;
    let written = fill(file, path, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        fs::remove_file(&beside).ok();
    }
    written
}

fn fill(mut file: File, old: &Path, text: &str) -> io::Result<()> {
    // Before there is any text that others should not read.
    if let Ok(old) = fs::metadata(old) {
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    if path.file_name().is_none() {
        return Err(ErrorKind::InvalidFilename.into());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let process = std::process::id();
    for number in 0..NAMES {
        let beside = folder.join(format!(".ziggurat-{process}-{number}.tmp"));
        match File::create_new(&beside) {
            Ok(file) => return Ok((beside, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_old_file_gives_its_permissions_and_nothing_is_left_beside() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        check(&folder.path().join("other.md")).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_in_the_middle_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.md");
        // A folder cannot be renamed over: the failure comes after the text is written.
        fs::create_dir(&path).unwrap();
        fs::write(path.join("old.md"), "old").unwrap();
        replace(&path, "new").unwrap_err();
        assert_eq!(fs::read_to_string(path.join("old.md")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
