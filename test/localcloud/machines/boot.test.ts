import { describe, expect, test } from 'vitest'
import { kernelArguments, launchArgv, launchEnvironment } from '../../../pipeline/localcloud/machines/boot.ts'
import { groupPaths, inGroups, parseHierarchies } from '../../../pipeline/localcloud/machines/cgroups.ts'
import { hasListener, runArgv } from '../../../pipeline/localcloud/machines/guest.ts'
import { overlayOptions } from '../../../pipeline/localcloud/machines/overlay.ts'

describe('control groups', () => {
  test('v1 with v2 beside it: every hierarchy that accounts for a machine, v2 to look processes up in', () => {
    const mounts = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
`
    const hierarchies = parseHierarchies(mounts)
    expect(hierarchies).toEqual({
      roots: ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/systemd'],
      tracking: '/sys/fs/cgroup/unified',
      unified: false,
    })
    expect(groupPaths(hierarchies, 'drover-a/i-1')[2]).toBe('/sys/fs/cgroup/systemd/drover-a/i-1')
  })

  test('v2 alone', () => {
    expect(parseHierarchies('cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n')).toEqual({
      roots: ['/sys/fs/cgroup'],
      tracking: '/sys/fs/cgroup',
      unified: true,
    })
  })

  test('v1 alone', () => {
    expect(parseHierarchies('cgroup /sys/fs/cgroup/pids cgroup rw,pids 0 0\n').tracking).toBe('/sys/fs/cgroup/pids')
  })
})

describe('launching', () => {
  const launch = {
    spec: {
      id: 'i-0123456789abcdef0',
      layers: ['base'],
      address: '10.1.2.3',
      hostname: 'ip-10-1-2-3',
      kernel: 'shared' as const,
      memoryMib: 1_024,
      firewall: { ingress: [], egress: [] },
      metadataHopLimit: 2,
      environment: { AWS_ENDPOINT_URL: 'http://169.254.170.1:443', WORDS: 'two words' },
    },
    name: 'drover-a-i-0123456789abcdef0',
    network: { cidr: '10.1.0.0/20', gateway: '10.1.0.1' },
    routerPid: 77,
    overlayOptions: 'lowerdir=told:layers/base',
    root: '/state/root',
    platformFile: '/state/platform',
    launcherGroups: ['/cg/launcher'],
    machineGroups: ['/cg/machine'],
  }

  test('the machine is told what it needs on PID 1’s command line, each word one argument', () => {
    const argv = launchArgv(launch)
    expect(argv.slice(-6, -1)).toEqual([
      'systemd.mask=systemd-ask-password-console.path',
      'systemd.mask=systemd-ask-password-wall.path',
      'systemd.setenv=AWS_ENDPOINT_URL=http://169.254.170.1:443',
      'systemd.setenv=WORDS=two words',
      'ds=Ec2',
    ])
    expect(argv.at(-1)).toMatch(/^cc: \{.*\} end_cc$/)
    // With a kernel of its own a machine is told no more: it shares nothing with others.
    expect(kernelArguments({ environment: {} })).toHaveLength(2)
  })

  test('systemd-nspawn is told to write nothing into the machine’s disk', () => {
    const argv = launchArgv(launch)
    for (const option of ['--resolv-conf=off', '--timezone=off', '--link-journal=no', '--settings=no'])
      expect(argv).toContain(option)
  })

  test('launcher and machine move to groups of their own', () => {
    const argv = launchArgv(launch)
    expect(argv.slice(3, 6)).toEqual(['sh', '/cg/launcher', '--'])
    expect(argv.slice(argv.lastIndexOf('/cg/machine'), argv.lastIndexOf('/cg/machine') + 3)).toEqual([
      '/cg/machine',
      '--',
      'systemd-nspawn',
    ])
    expect(inGroups([], ['true']).slice(3)).toEqual(['sh', '--', 'true'])
  })

  test('link, card and address follow from the spec', () => {
    expect(launchEnvironment(launch)).toMatchObject({
      ROUTER: '77',
      LINK: 'vm-0a010203',
      MAC: '02:00:0a:01:02:03',
      ADDRESS: '10.1.2.3',
      GATEWAY: '10.1.0.1',
      BITS: '20',
    })
  })
})

describe('overlay', () => {
  test('the machine’s disk on top, then what it is told, then the image’s layers, the last first', () => {
    expect(overlayOptions({ layers: ['layers/base', 'layers/two'], upper: 'm/upper', work: 'm/work' })).toBe(
      'lowerdir=told:layers/two:layers/base,upperdir=m/upper,workdir=m/work,index=off,metacopy=off,redirect_dir=on,volatile',
    )
  })
})

describe('running in the guest', () => {
  test('variables are the script’s own: systemd would expand what is not doubled', () => {
    expect(runArgv(9, 'echo "$HOME" $1', 1_500).slice(-4)).toEqual([
      '--property=RuntimeMaxSec=1500ms',
      '/bin/sh',
      '-c',
      'echo "$$HOME" $$1',
    ])
    expect(runArgv(9, 'true', 1_000).slice(0, 5)).toEqual(['nsenter', '--target', '9', '--all', '--no-fork'])
  })

  test('who listens is read off the kernel’s table of sockets', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 0100007F:1F90 0100007F:0016 01 00000000:00000000 00:00000000 00000000     0
`
    expect(hasListener(table, 22)).toBe(true)
    // Connected, and not listening.
    expect(hasListener(table, 8080)).toBe(false)
    const six = '   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0'
    expect(hasListener(six, 22)).toBe(true)
    expect(hasListener('', 22)).toBe(false)
  })
})
