// What one local cloud calls the things it puts on this machine; all carry its id, so that clouds do not meet.

import { assert, sha256 } from '../../kernel/index.ts'
import { addressDigits } from './ipv4.ts'

export interface CloudNames {
  /** The control group that every process of this cloud is in. */
  readonly cgroup: string
  /** The host's end of the link to the router namespace. */
  readonly hostLink: string
  /** The beginning of the names systemd-nspawn knows this cloud's machines by. */
  readonly machinePrefix: string
}

/** The kernel allows 15 characters for an interface's name. */
const longestInLinkName = 11

export function cloudNames(id: string): CloudNames {
  assert(/^[a-z0-9][a-z0-9-]{0,40}$/.test(id), `a local cloud's id is of lower-case letters, digits and hyphens: ${id}`)
  const short = id.length <= longestInLinkName ? id : `${id.slice(0, 2)}-${sha256(id).slice(0, 8)}`
  return { cgroup: `drover-${id}`, hostLink: `drv-${short}`, machinePrefix: `drover-${short}-` }
}

/** The router's end of the link to a machine. */
export function machineLink(address: string): string {
  return `vm-${addressDigits(address)}`
}

/** Follows from the address, so that a reused address is not looked for at the card of the machine that had it before. */
export function machineMac(address: string): string {
  return `02:00:${addressDigits(address).match(/../g)?.join(':')}`
}

/** What systemd initialises an unset /etc/machine-id from: on EC2 too it follows from the instance. */
export function machineUuid(instanceId: string): string {
  return sha256(`machine-id ${instanceId}`).slice(0, 32)
}

/** What the hypervisor says to an instance: on EC2 it begins with `ec2`. */
export function platformUuid(instanceId: string): string {
  const digits = `ec2${sha256(`platform ${instanceId}`).slice(0, 29)}`
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join('-')
}
