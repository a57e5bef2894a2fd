// Who publishes Debian's images.

/** In the commercial regions: https://wiki.debian.org/Cloud/AmazonEC2Image. They have neither SSM's agent nor a package of it. */
export const debianAccount = '136693071363'
