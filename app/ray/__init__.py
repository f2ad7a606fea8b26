"""What runs on a cluster of Ray; the extra ``attire[ray]``. Nothing else imports Ray, and one machine needs none of it."""
