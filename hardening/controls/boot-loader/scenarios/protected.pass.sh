#!/bin/sh
cat > /boot/grub/grub.cfg << 'end'
set superusers="root"
password_pbkdf2 root grub.pbkdf2.sha512.10000.AA.BB
menuentry 'Debian' --unrestricted {
	linux /vmlinuz root=LABEL=root rw apparmor=1 security=apparmor
}
end
chmod 600 /boot/grub/grub.cfg
ln -s grub /boot/grub2
