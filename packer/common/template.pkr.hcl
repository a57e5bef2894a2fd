# The build machine and the image made of it. The build itself, with its provisioners in order, is written beside this file
# by drover for each bake (build.pkr.json): which provisioners there are is the family's configuration, not the template's.

packer {
  required_version = ">= 1.10.0"
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.3.0"
    }
  }
}

source "amazon-ebs" "image" {
  region               = var.region
  source_ami           = var.source_ami
  instance_type        = var.instance_type
  iam_instance_profile = var.instance_profile
  subnet_id            = var.subnet_id

  ami_name        = var.image_name
  ami_description = var.image_description
  # For the image; metadata_options below are for the build machine.
  imds_support = "v2.0"

  # Encrypted from its first block: encrypt_boot would copy the image once more and lose its source on the way.
  launch_block_device_mappings {
    device_name           = var.root_device
    volume_type           = "gp3"
    delete_on_termination = true
    encrypted             = true
    kms_key_id            = var.kms_key_id
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  associate_public_ip_address               = var.reach == "public"
  ssh_interface                             = var.reach == "ssm" ? "session_manager" : "${var.reach}_ip"
  temporary_security_group_source_cidrs     = var.reach == "private" ? var.source_cidrs : null
  temporary_security_group_source_public_ip = var.reach == "public"
  temporary_key_pair_type                   = "ed25519"
  communicator                              = "ssh"
  ssh_username                              = var.ssh_username
  ssh_timeout                               = var.ssh_timeout
  # A key that is refused ten times (about a minute) stays refused: say so instead of running into the timeout.
  ssh_handshake_attempts   = 10
  ssh_file_transfer_method = "sftp"
  # A build machine that powers itself off must not linger.
  shutdown_behavior = "terminate"

  run_tags        = var.bake_tags
  run_volume_tags = var.bake_tags
  tags            = var.image_tags
  snapshot_tags   = var.image_tags

  aws_polling {
    delay_seconds = var.poll_seconds
    max_attempts  = ceil(var.wait_seconds / var.poll_seconds)
  }
}
