// The unit of AWS's own agent, without which a machine that has no sshd can't be reached.

/** As the packages of Amazon Linux and of AWS name it [doc: systems-manager/agent-install-al2]. */
export const ssmAgentUnit = 'amazon-ssm-agent.service'
