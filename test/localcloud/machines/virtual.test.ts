// How QEMU is told to run a machine with a kernel of its own.

import { describe, expect, test } from 'vitest'
import { acceleration, virtualArgv, virtualEnvironment } from '../../../pipeline/localcloud/machines/virtual.ts'
import { hasOwnKernel } from '../../../pipeline/localcloud/operations/ec2/instance-types.ts'

const intel = { architecture: 'x86_64', cpuinfo: 'flags\t\t: fpu vme vmx ssse3\n', hasKvm: true }
const sandbox = { architecture: 'x86_64', cpuinfo: 'flags\t\t: fpu vme ssse3\n', hasKvm: true }

const launch = {
  spec: {
    id: 'i-0123456789abcdef0',
    layers: ['base'],
    address: '10.1.2.3',
    hostname: 'ip-10-1-2-3',
    kernel: 'own' as const,
    memoryMib: 1_024,
    firewall: { ingress: [], egress: [] },
    metadataHopLimit: 2,
    environment: { AWS_ENDPOINT_URL: 'http://169.254.170.1:443', WORDS: 'two words' },
  },
  network: { cidr: '10.1.0.0/20', gateway: '10.1.0.1' },
  routerPid: 77,
  overlayOptions: 'lowerdir=told:layers/base',
  root: '/state/root',
  directory: '/state/machines/i-0123456789abcdef0',
  emulator: { directory: '/cache/qemu', program: 'qemu-system-x86_64' },
  processor: sandbox,
  launcherGroups: ['/cg/launcher'],
  machineGroups: ['/cg/machine'],
}

function optionOf(argv: readonly string[], option: string): string | undefined {
  return argv[argv.indexOf(option) + 1]
}

describe('acceleration', () => {
  test('KVM where the processor says that it can, and there is the device', () => {
    expect(acceleration(intel)).toBe('kvm')
    expect(acceleration({ ...intel, cpuinfo: 'flags : svm\n' })).toBe('kvm')
    expect(acceleration({ ...intel, architecture: 'aarch64', cpuinfo: '' })).toBe('kvm')
  })

  test('emulated elsewhere: a sandbox may offer a device that cannot run a kernel', () => {
    expect(acceleration(sandbox)).toBe('tcg,thread=multi')
    expect(acceleration({ ...intel, hasKvm: false })).toBe('tcg,thread=multi')
    expect(acceleration({ ...intel, cpuinfo: 'flags : novmx svmx\n' })).toBe('tcg,thread=multi')
  })
})

describe('launching', () => {
  test('the kernel is told its network, and what the machine’s services are told', () => {
    const line = virtualEnvironment(launch).TOLD ?? ''
    expect(line).toMatch(/^console=ttyS0 /)
    expect(line).toContain(' ip=10.1.2.3::10.1.0.1:255.255.240.0:ip-10-1-2-3:ens5:off ')
    expect(line).toContain(
      ' systemd.setenv=AWS_ENDPOINT_URL=http://169.254.170.1:443 "systemd.setenv=WORDS=two words" ds=Ec2 cc: {',
    )
    expect(line.length).toBeLessThan(2_048)
  })

  test('a machine that is not to boot has a kernel that panics, and ends at that; a silent one has a job that never ends', () => {
    const withFate = (fate: 'never-boots' | 'silent') => ({ ...launch, spec: { ...launch.spec, fate } })
    expect(virtualEnvironment(withFate('never-boots')).TOLD).toContain(' rdinit=/none root=/dev/none panic=-1')
    expect(virtualArgv(withFate('never-boots'))).toContain('-no-reboot')
    expect(virtualArgv(launch)).not.toContain('-no-reboot')
    expect(virtualEnvironment(withFate('silent')).TOLD).toContain(' "systemd.run=sleep infinity" ')
  })

  test('QEMU runs in its own root, in the machine’s group, with nothing but what it is given', () => {
    const argv = virtualArgv(launch)
    const program = argv.indexOf('qemu-system-x86_64')
    expect(argv.slice(program - 4, program)).toEqual(['/cg/machine', '--', 'chroot', '/cache/qemu'])
    expect(argv).toContain('-nodefaults')
    expect(optionOf(argv, '-sandbox')).toContain('spawn=deny')
    expect(argv).toContain('virtio-net-pci,netdev=card,mac=02:00:0a:01:02:03,addr=5,romfile=')
    expect(optionOf(argv, '-smbios')).toMatch(/^type=1,manufacturer=Amazon EC2,uuid=(ec2[0-9a-f-]{33}),serial=\1$/)
  })

  test('an arm64 host gets the board and console that its kernel knows', () => {
    const arm = { ...launch, processor: { architecture: 'aarch64', cpuinfo: '', hasKvm: false } }
    expect(optionOf(virtualArgv(arm), '-machine')).toBe('virt')
    expect(virtualEnvironment(arm).TOLD).toContain('console=ttyAMA0')
  })

  test('link, card and disk follow from the spec', () => {
    expect(virtualEnvironment(launch)).toMatchObject({
      ROUTER: '77',
      LINK: 'vm-0a010203',
      MAC: '02:00:0a:01:02:03',
      ADDRESS: '10.1.2.3',
      GATEWAY: '10.1.0.1',
      MACHINE: launch.directory,
      QEMU: '/cache/qemu',
    })
  })
})

test('bare metal boots its own kernel; every other type shares the host’s', () => {
  expect(['m5.metal', 'm6g.metal'].every(hasOwnKernel)).toBe(true)
  expect(['t3.large', 'm5.large'].some(hasOwnKernel)).toBe(false)
})
