#!/bin/sh
# AppArmor switched off, a password in plain text, an entry that nobody could start unattended.
cat > /boot/grub/grub.cfg << 'end'
set superusers="admin"
password admin plain
menuentry 'Debian' --class os {
	linux /vmlinuz root=LABEL=root ro apparmor=0 quiet
	initrd /initrd.img
}
submenu 'Advanced options' $menuentry_id_option 'advanced' {
	menuentry 'Older' {
		linux /vmlinuz.old root=LABEL=root security=selinux
	}
}
end
chmod 600 /boot/grub/grub.cfg
