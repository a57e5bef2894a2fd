/** Packages that drover's own scripts need on every machine: drover-enrol asks with curl and reads with jq. */
export const ownPackages = ['ca-certificates', 'curl', 'jq'] as const
