// DescribeLaunchConfigurations: there are none, as in every account of today.

import type { LaunchConfigurationNamesType, LaunchConfigurationsType } from '@aws-sdk/client-auto-scaling'
import { operation } from '../operation.ts'

/** "New accounts created on or after October 1, 2024 can't create new launch configurations by any method" [doc: launch-configurations]. */
export const describeLaunchConfigurations = operation<LaunchConfigurationNamesType, LaunchConfigurationsType>({
  handles: ['LaunchConfigurationNames', 'MaxRecords', 'NextToken'],
  run: () => ({ LaunchConfigurations: [] }),
})
