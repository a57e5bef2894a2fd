// Amazon Linux 2023 names its newer kernels after their version (`kernel6.12`), and the content knows a kernel as `kernel` alone: on such
// a machine two rules of three would be neither mended nor judged.

import { assert } from '../../pipeline/kernel/index.ts'

/** The guard of a fix; not the one that asks for bootc beside it. */
const guard = /rpm --quiet -q kernel(?! bootc|[\w.-])/g

/** As text of XML. The whole list is read: a reader that leaves early would fail a script with `pipefail`. */
const anyKernel =
  "{ rpm --quiet -q kernel || rpm -qa --queryformat '%{NAME}\\n' 'kernel*' | grep -xE 'kernel[0-9]+\\.[0-9]+' &gt;/dev/null; }"

/** What the platform that most rules are for looks for. */
const sought =
  /(<linux:rpminfo_object id="oval:ssg-obj_inventory_test_kernel_installed:obj:1"[^>]*>\s*)<linux:name>kernel<\/linux:name>/g

const anyName = '<linux:name operation="pattern match">^kernel(\\d+\\.\\d+)?$</linux:name>'

/** The data stream with both made to know a kernel by every name; one that seeks no kernel of rpm's comes back as it was. */
export function withEveryKernel(dataStream: string): string {
  if (dataStream.search(sought) < 0) return dataStream
  assert(dataStream.search(guard) >= 0, 'content that seeks a kernel has fixes that do')
  return dataStream.replace(guard, () => anyKernel).replace(sought, (_, head: string) => head + anyName)
}
