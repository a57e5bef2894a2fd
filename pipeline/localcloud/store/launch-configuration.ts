// Launch configurations: what Auto Scaling launched from before there were templates; none ever changes.

import type { LaunchConfiguration as WireConfiguration } from '@aws-sdk/client-auto-scaling'

export interface LaunchConfiguration {
  readonly name: string
  readonly arn: string
  readonly createdAt: number
  /** As it came over the wire; what a launch does not implement is refused at the launch. */
  readonly data: Omit<WireConfiguration, 'LaunchConfigurationName' | 'LaunchConfigurationARN' | 'CreatedTime'>
}
