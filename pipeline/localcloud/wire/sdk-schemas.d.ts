// The SDK has no types beside the files of its schemas, which are read as values anyway.

declare module '@aws-sdk/*/dist-es/schemas/schemas_0.js'

declare module '@aws-sdk/client-ec2/dist-es/models/enums.js' {
  export const _InstanceType: Readonly<Record<string, string>>
}
