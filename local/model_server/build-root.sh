#!/usr/bin/env bash
# build-root.sh FOLDER WORK PACKAGES: makes a root filesystem with Python in FOLDER, of the host's own distribution.
#
# apt downloads and checks the packages, the way that it is set up on this computer, but with lists of its own: the
# host's may be old or absent, and its lock may be taken. The packages are only unpacked. None of their scripts run, so
# the root is the same each time, and holds neither a shell nor apt.
set -euo pipefail
root=$1 work=$2 packages=$3

# A folder for each of apt's states; an empty status says that nothing is installed yet, so everything is fetched.
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$root"
: >"$work/state/status"
options=(
  -o "Dir::State=$work/state" -o "Dir::State::status=$work/state/status" -o "Dir::Cache=$work/cache"
  # These folders belong to root alone; apt's own user for downloads could not write there.
  -o APT::Sandbox::User=root -o APT::Install-Recommends=false
)
mapfile -t wanted < <(grep -v '^#' "$packages")
apt-get "${options[@]}" update
apt-get "${options[@]}" --yes --download-only install "${wanted[@]}"

# Packages still ship /bin and /lib; the distribution has these as links into /usr.
for name in bin sbin lib lib64; do
  mkdir -p "$root/usr/$name"
  ln -sfn "usr/$name" "$root/$name"
done
for package in "$work"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar --extract --keep-directory-symlink --no-same-owner --directory "$root"
done
rm -rf "$root"/usr/share/{doc,man,info,locale,lintian,bug}

# Who runs here: TensorFlow and Python look their user up.
mkdir -p "$root/tmp" "$root/proc"
printf '%s\n' 'root:x:0:0:root:/root:/sbin/nologin' 'server:x:1000:1000:server:/tmp:/sbin/nologin' >"$root/etc/passwd"
printf '%s\n' 'root:x:0:' 'server:x:1000:' >"$root/etc/group"
