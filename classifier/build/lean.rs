// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The kernel object without its debugging sections: from them the linker has made the BTF, which is all that loading
//! needs. They are three quarters of the object, and with it of the agent's binary and memory.

use std::{fs, path::Path};

use object::{
    build::elf::{Builder, SectionData},
    elf::SHT_STRTAB,
};

/// Fields of the header of `.BTF.ext` (the kernel's Documentation/bpf/btf.rst), by their offsets.
const HEADER_LENGTH: usize = 4;
const LINES_OFFSET: usize = 16;
const LINES_LENGTH: usize = 20;
const RELOCATIONS_OFFSET: usize = 24;
const RELOCATIONS_LENGTH: usize = 28;

/// Rewrites an object without DWARF; `without_lines` also removes the lines of the source that the verifier's log
/// shows. aya copies all lines for each function: 36 MB at a start, and 1 MB for as long as the agent runs.
pub fn strip(path: &Path, without_lines: bool) -> Result<(), String> {
    let whole = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let not = |error| format!("{} is not the object that it should be: {error}", path.display());
    let mut object = Builder::read(&whole[..]).map_err(not)?;
    for section in &mut object.sections {
        section.delete = section.name.as_slice().windows(7).any(|part| part == b".debug_");
        if without_lines
            && section.name.as_slice() == b".BTF.ext"
            && let SectionData::Data(data) = &mut section.data
        {
            let left =
                lines_removed(data).ok_or_else(|| format!("{}: an unknown .BTF.ext", path.display()))?;
            *data = left.into();
        }
    }
    object.delete_orphan_symbols();
    // LLVM keeps the names of sections and of symbols in one table, which this writer does not.
    let names = object.sections.add();
    names.name = b".shstrtab"[..].into();
    names.sh_type = SHT_STRTAB;
    names.data = SectionData::SectionString;
    let mut lean = Vec::new();
    object.write(&mut lean).map_err(not)?;
    fs::write(path, lean).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Returns a section `.BTF.ext` without its lines; `None` unless they are the last part.
fn lines_removed(section: &[u8]) -> Option<Vec<u8>> {
    let field = |at: usize| Some(u32::from_le_bytes(*section.get(at..)?.first_chunk()?));
    let (offset, length) = (field(LINES_OFFSET)?, field(LINES_LENGTH)?);
    let has_relocations = field(RELOCATIONS_LENGTH)? != 0;
    let end = usize::try_from(field(HEADER_LENGTH)? + offset).ok()?;
    if has_relocations || end + usize::try_from(length).ok()? != section.len() {
        return None;
    }
    let mut left = section.get(..end)?.to_vec();
    left[LINES_LENGTH..][..4].fill(0);
    left[RELOCATIONS_OFFSET..][..4].copy_from_slice(&offset.to_le_bytes());
    Some(left)
}
