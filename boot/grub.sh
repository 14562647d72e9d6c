# shellcheck shell=bash
# Which GRUB is here: $mkimage is its grub-mkimage, $modules the folder with i386-pc in it. Sourced by
# what makes images. Fedora has the name grub2-mkimage, Homebrew x86_64-elf-grub-mkimage.
mkimage=
for name in grub-mkimage grub2-mkimage x86_64-elf-grub-mkimage; do
    if mkimage=$(command -v "$name"); then break; fi
done
modules=
resolved=$(readlink -f "${mkimage:-/}")
for folder in {"${mkimage%/bin/*}","${resolved%/bin/*}"}/lib/{grub,x86_64-elf/grub}; do
    if [ -e "$folder/i386-pc/multiboot2.mod" ]; then
        modules=$folder
        break
    fi
done
if [ -z "$mkimage" ] || [ -z "$modules" ]; then
    echo "There is no grub-mkimage here, or it has no modules for i386-pc: run ./setup" >&2
    exit 1
fi
