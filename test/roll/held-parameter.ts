// A parameter that holds an image, written and read as a person does, beside what drover does with it.

import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { value, type World } from './local-world.ts'

export interface HeldParameter {
  put(image: string, more?: { readonly Name?: string; readonly DataType?: string }): Promise<void>
  /** Its value and version; undefined while there is none. */
  held(): Promise<readonly [string | undefined, number | undefined]>
  close(): void
}

/** In the world's account and region. */
export async function openParameter(world: World, name: string): Promise<HeldParameter> {
  const access = value(await world.cloud.environmentFor(world.at.place))
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL: endpoint = '', AWS_ACCESS_KEY_ID: accessKeyId = '' } = access
  const { AWS_SECRET_ACCESS_KEY: secretAccessKey = '', AWS_SESSION_TOKEN: sessionToken = '' } = access
  const ssm = new SSMClient({ region, endpoint, credentials: { accessKeyId, secretAccessKey, sessionToken } })
  return {
    async put(image, more = {}) {
      const written = { Name: name, Value: image, Type: 'String', DataType: 'aws:ec2:image', Overwrite: true, ...more } as const
      await ssm.send(new PutParameterCommand(written))
    },
    async held() {
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: name }))
      return [Parameter?.Value, Parameter?.Version]
    },
    close: () => ssm.destroy(),
  }
}
