// Plays Packer against the local cloud, by the variables a bake gave it: what it makes is real there, but nobody logs in to it.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  CreateImageCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  ModifyImageAttributeCommand,
  type ResourceType,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import type { TemplateVariables } from '../../../pipeline/bake/plan-variables.ts'
import type { Tags } from '../../../pipeline/ports/index.ts'

/** Holds `mode`, and while there is one, `hold`; what is told of this run is written into it. */
const stage = process.env.PLAYED_PACKER ?? ''
const mode = readFileSync(`${stage}/mode`, 'utf8')
const variables: TemplateVariables = JSON.parse(readFileSync('drover.auto.pkrvars.json', 'utf8'))
const ec2 = new EC2Client({ region: variables.region })
const say = (...words: string[]) => console.log(['1', ...words].join(','))
const step = (text: string) => say('', 'ui', 'say', `==> amazon-ebs.image: ${text}`)

const tagged = (types: readonly ResourceType[], tags: Tags) =>
  types.map((type) => ({ ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }))

step('Launching a source AWS instance...')
const name = `packer-${process.pid}`
await ec2.send(new CreateKeyPairCommand({ KeyName: name, TagSpecifications: tagged(['key-pair'], variables.bake_tags) }))
const specifications = tagged(['security-group'], variables.bake_tags)
const { GroupId } = await ec2.send(
  new CreateSecurityGroupCommand({ GroupName: name, Description: 'of Packer', TagSpecifications: specifications }),
)
const launched = await ec2.send(
  new RunInstancesCommand({
    ImageId: variables.source_ami,
    InstanceType: 't3.medium',
    MinCount: 1,
    MaxCount: 1,
    KeyName: name,
    SecurityGroupIds: [GroupId ?? ''],
    BlockDeviceMappings: [{ DeviceName: variables.root_device, Ebs: { Encrypted: true, DeleteOnTermination: true } }],
    TagSpecifications: tagged(['instance', 'volume'], variables.bake_tags),
  }),
)
const InstanceIds = launched.Instances?.map(({ InstanceId }) => InstanceId ?? '') ?? []
writeFileSync(`${stage}/made`, JSON.stringify(variables))
while (existsSync(`${stage}/hold`)) await sleep(50)

if (mode === 'fails') {
  step('Provisioning with shell script: /acme/10-web.sh')
  say('', 'ui', 'error', '==> amazon-ebs.image: no licence')
  say('amazon-ebs.image', 'error', 'Script exited with non-zero exit status: 3. Allowed exit codes are: [0]')
  process.exit(1)
}

const instanceState = async () =>
  (await ec2.send(new DescribeInstancesCommand({ InstanceIds }))).Reservations?.[0]?.Instances?.[0]?.State?.Name
while ((await instanceState()) !== 'running') await sleep(50)
const { ImageId } = await ec2.send(
  new CreateImageCommand({
    InstanceId: InstanceIds[0],
    Name: variables.image_name,
    TagSpecifications: tagged(['image', 'snapshot'], variables.image_tags),
  }),
)
const imageState = async () => (await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId ?? ''] }))).Images?.[0]?.State
while ((await imageState()) !== 'available') await sleep(50)
await ec2.send(new ModifyImageAttributeCommand({ ImageId, ImdsSupport: { Value: 'v2.0' } }))
await ec2.send(new TerminateInstancesCommand({ InstanceIds }))
while ((await instanceState()) !== 'terminated') await sleep(50)
await ec2.send(new DeleteSecurityGroupCommand({ GroupId }))
await ec2.send(new DeleteKeyPairCommand({ KeyName: name }))

const results = `${process.env.TMPDIR}/results`
mkdirSync(`${results}/hardening`, { recursive: true })
writeFileSync(`${results}/packages.tsv`, 'bash\n')
const scanned = readFileSync(new URL('../../hardening/fixtures/results.xml', import.meta.url))
for (const scan of ['before', 'after']) {
  writeFileSync(`${results}/hardening/${scan}.xml.gz`, gzipSync(scanned))
  writeFileSync(`${results}/hardening/${scan}.json`, readFileSync(`${stage}/facts.json`))
}
execFileSync('tar', ['-C', results, '-czf', '../results.tar.gz', '.'])
say('amazon-ebs.image', 'artifact', '0', 'id', `${variables.region}:${ImageId}`)
