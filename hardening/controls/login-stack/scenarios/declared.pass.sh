#!/bin/sh
# The stack written out by hand in the shape the control produces.
cat > /etc/pam.d/common-auth <<'PAM'
auth	required			pam_faillock.so preauth
auth	[success=2 default=ignore]	pam_unix.so try_first_pass
auth	[default=die]			pam_faillock.so authfail
auth	requisite			pam_deny.so
auth	required			pam_permit.so
auth	sufficient			pam_faillock.so authsucc
PAM
cat > /etc/pam.d/common-account <<'PAM'
account	required			pam_faillock.so
account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
account	requisite			pam_deny.so
account	required			pam_permit.so
PAM
cat > /etc/pam.d/common-password <<'PAM'
password	requisite			pam_pwquality.so retry=3
password	requisite			pam_pwhistory.so remember=24 enforce_for_root try_first_pass use_authtok
password	[success=1 default=ignore]	pam_unix.so obscure use_authtok try_first_pass yescrypt
password	requisite			pam_deny.so
password	required			pam_permit.so
PAM
