// What a container cannot judge: its kernel, boot loader, disks and clock are the host's.

const kernel = "The parameter belongs to the host's kernel: a container sees the host's value and cannot set its own."
const bootLoader = 'A container has no boot loader and no kernel command line of its own.'
const disk =
  'A container has one file system over all of its folders: which of them are partitions, and how they are mounted, shows on a disk.'
const temporary =
  'The container manager mounts this folder before systemd runs, in place of the mount unit that a real boot uses.'
const clock = 'systemd-timesyncd does not start in a container (ConditionVirtualization=!container): the host keeps the time.'
const cards = "A container is given its network interfaces; wireless cards would be the host's."
const audit = "The kernel's audit system cannot be used from inside a container."

/** Reason by short name of the rule. A rule is here only if no container could answer it, whatever its result says. */
export const containerLimits: Readonly<Record<string, string>> = {
  ...table(kernel, [
    'sysctl_fs_protected_hardlinks',
    'sysctl_fs_protected_symlinks',
    'sysctl_fs_suid_dumpable',
    'sysctl_kernel_dmesg_restrict',
    'sysctl_kernel_kptr_restrict',
    'sysctl_kernel_randomize_va_space',
    'sysctl_kernel_yama_ptrace_scope',
  ]),
  ...table(bootLoader, [
    'file_groupowner_grub2_cfg',
    'file_owner_grub2_cfg',
    'file_permissions_grub2_cfg',
    'grub2_audit_argument',
    'grub2_audit_backlog_limit_argument',
    'grub2_enable_apparmor',
    'grub2_password',
    'grub2_uefi_password',
  ]),
  ...table(disk, [
    ...mountRules('home', ['nodev', 'nosuid']),
    ...mountRules('var', ['nodev', 'nosuid']),
    ...mountRules('var_log', ['nodev', 'noexec', 'nosuid']),
    ...mountRules('var_log_audit', ['nodev', 'noexec', 'nosuid']),
    ...mountRules('var_tmp', ['nodev', 'noexec', 'nosuid']),
    'partition_for_home',
    'partition_for_var',
    'partition_for_var_log',
    'partition_for_var_log_audit',
    'partition_for_var_tmp',
  ]),
  ...table(temporary, [...mountRules('tmp', ['nodev', 'noexec', 'nosuid']), 'partition_for_dev_shm', 'partition_for_tmp']),
  ...table(clock, ['ntp_single_service_active', 'service_timesyncd_enabled']),
  ...table(cards, ['wireless_disable_interfaces']),
  ...table(audit, ['service_auditd_enabled']),
}

function table(reason: string, rules: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(rules.map((rule) => [rule, reason]))
}

function mountRules(folder: string, options: readonly string[]): readonly string[] {
  return options.map((option) => `mount_option_${folder}_${option}`)
}
