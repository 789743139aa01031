//! The kernel object without its debugging sections: from them the linker has made the BTF, which is all that loading
//! needs. They are three quarters of the object, and with it of the agent's binary and memory.

use std::{fs, path::Path};

use object::{
    build::elf::{Builder, SectionData},
    elf::SHT_STRTAB,
};

/// Rewrites an object without DWARF.
pub fn strip(path: &Path) -> Result<(), String> {
    let whole = fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let not = |error| format!("{} is not the object that it should be: {error}", path.display());
    let mut object = Builder::read(&whole[..]).map_err(not)?;
    for section in &mut object.sections {
        section.delete = section.name.as_slice().windows(7).any(|part| part == b".debug_");
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
