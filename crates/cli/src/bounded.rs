//! Reading with a limit. What a file says of its size is not to be relied on: devices and pipes say 0
//! and never end.

use std::io::{self, Read};

pub(crate) const MIB: u64 = 1024 * 1024;

/// All there is to read; `None` if it is more than `most` bytes.
pub(crate) fn read(reader: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_the_last_size_that_is_read() {
        assert_eq!(read(&b"abc"[..], 3).unwrap().as_deref(), Some(&b"abc"[..]));
        assert_eq!(read(&b"abcd"[..], 3).unwrap(), None);
        assert_eq!(read(io::repeat(0), 1000).unwrap(), None, "it ends");
    }
}
