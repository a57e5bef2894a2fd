# What a bake must be told; drover writes the values beside this file as drover.auto.pkrvars.json. None of them is secret.

variable "region" {
  description = "Home region: the image is made here, drover copies and shares it later."
  type        = string
}

variable "source_ami" {
  description = "The pinned base, by ID: a name or a filter could resolve to another image than the one on record."
  type        = string
}

variable "root_device" {
  description = "Root device of the base, such as /dev/xvda."
  type        = string
}

variable "instance_type" {
  description = "Type of the build machine; its architecture must be the base's."
  type        = string
}

variable "subnet_id" {
  description = "Subnet of the build machine; null for the default network."
  type        = string
  default     = null
}

variable "reach" {
  description = "How the runner reaches the build machine: by its private or its public address, or through a session of SSM."
  type        = string

  validation {
    condition     = contains(["private", "public", "ssm"], var.reach)
    error_message = "The reach is private, public or ssm."
  }
}

variable "source_cidrs" {
  description = "Where SSH to the build machine may come from: the runner's own addresses."
  type        = list(string)
  default     = []
}

variable "instance_profile" {
  description = "Instance profile of the build machine; null for none."
  type        = string
  default     = null
}

variable "kms_key_id" {
  description = "Key that encrypts the image in the home region; null for the account's default key, which can't be shared."
  type        = string
  default     = null
}

variable "ssh_username" {
  description = "Default user of the base."
  type        = string
}

variable "image_name" {
  description = "Name of the image; unique in the account and region."
  type        = string
}

variable "image_description" {
  description = "One line, shown in the console."
  type        = string
}

variable "bake_tags" {
  description = "Tags of everything temporary: machine, volume, key pair, security group."
  type        = map(string)
}

variable "image_tags" {
  description = "Tags of the image and its snapshots."
  type        = map(string)
}

variable "poll_seconds" {
  description = "Time between two looks at a machine or an image that is being made."
  type        = number
  default     = 2
}

variable "wait_seconds" {
  description = "Longest wait for a machine or an image."
  type        = number
  default     = 3600
}

variable "ssh_timeout" {
  description = "Longest wait until the build machine lets us in."
  type        = string
  default     = "5m"
}
