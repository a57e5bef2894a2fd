// What Packer is told to make: an image with everything that drover's own template asks for, but no provisioner.

export const packerTemplate = `
packer {
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}

source "amazon-ebs" "image" {
  region                  = "eu-central-1"
  instance_type           = "t3.large"
  iam_instance_profile    = "web"
  ami_name                = "packer-test"
  ami_users               = ["222222222222"]
  imds_support            = "v2.0"
  deprecate_at            = "2036-01-01T00:00:00Z"
  communicator            = "none"
  shutdown_behavior       = "terminate"
  temporary_key_pair_type = "ed25519"
  tags                    = { release = "1" }
  run_tags                = { bake = "1" }
  run_volume_tags         = { bake = "1" }
  source_ami_filter {
    owners      = ["136693071363"]
    most_recent = true
    filters     = { name = "debian-13-amd64-*", architecture = "x86_64" }
  }
  launch_block_device_mappings {
    device_name           = "/dev/xvda"
    volume_size           = 10
    encrypted             = true
    kms_key_id            = "alias/drover"
    delete_on_termination = true
  }
  metadata_options {
    http_tokens                 = "required"
    http_endpoint               = "enabled"
    http_put_response_hop_limit = 1
  }
  deregistration_protection {
    enabled = true
  }
  aws_polling {
    delay_seconds = 1
    max_attempts  = 60
  }
}

build {
  sources = ["source.amazon-ebs.image"]
}
`
