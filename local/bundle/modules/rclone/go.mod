module metalml.local/rclone

go 1.26

require github.com/rclone/rclone v1.74.0
