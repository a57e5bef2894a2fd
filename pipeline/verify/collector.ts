// A log collector for one verification: the helper machine listens, the judged machine's own log shipper delivers.

import type { VerifyPolicy } from '../config/index.ts'

export type Collector = NonNullable<VerifyPolicy['logCollector']>

const unit = 'drover-verify-collector'
const logFile = '/run/drover-verify-collector.log'

/** User data for the judged machine: the collector's name, as the family's shipper knows it, leads to the helper. */
export function collectorUserData(collector: Collector | undefined, helperAddress: string): string {
  if (!collector) return ''
  // `localhost`: with Debian's `true`, cloud-init writes /etc/hosts anew after bootcmd and the name is gone.
  return `#cloud-config\nmanage_etc_hosts: localhost\nbootcmd:\n  - [sh, -c, "grep -qF ' ${collector.hostname}' /etc/hosts || echo '${helperAddress} ${collector.hostname}' >> /etc/hosts"]\n`
}

/** Starts the listener on the helper and lets the port through its firewall; lines received go to a file. */
export function startCollectorScript({ port }: Collector): string {
  return `set -eu
# The login user's path may lack sbin, root's never does.
sudo -n sh -c 'if command -v ufw >/dev/null && ufw status | grep -q "^Status: active"; then ufw allow ${port}/tcp; fi' >/dev/null
sudo -n systemd-run --quiet --unit=${unit} -p RuntimeMaxSec=900 python3 -c '${listenerProgram(port, logFile)}'
for i in $(seq 20); do ss -ltn | grep -q ':${port} ' && exit 0; sleep 0.5; done
echo 'the collector does not listen' >&2
exit 1
`
}

/** Succeeds once a line naming the user of the failed login has come, within the time. */
export function collectedScript(user: string, seconds: number): string {
  return `for i in $(seq ${seconds}); do sudo -n grep -q '${user}' ${logFile} 2>/dev/null && exit 0; sleep 1; done
echo "no line about ${user} among $(sudo -n cat ${logFile} 2>/dev/null | wc -l) lines received" >&2
exit 1
`
}

/** A Python program that takes lines on a port and appends them to a file. */
// Bounded on purpose: lines of 64 KiB and 4 MiB in all are plenty for one machine's log of a few minutes.
export function listenerProgram(port: number, file: string): string {
  return `
import socketserver
room = 4 << 20
log = open("${file}", "ab", 0)
class Shipper(socketserver.StreamRequestHandler):
    def handle(self):
        global room
        for line in iter(lambda: self.rfile.readline(64 << 10), b""):
            if room < len(line): return
            room -= len(line)
            log.write(line)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
Server(("", ${port}), Shipper).serve_forever()
`.trim()
}
