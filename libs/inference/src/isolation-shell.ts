/**
 * Runs in a plain POSIX shell, which at level 0 becomes node. At levels 1 and 2 it is the first process of a process
 * namespace, starts node in it and waits: the first process would not hear most signals, node does as ever. When the first
 * one ends, the system ends whatever else was started there, in whatever session or group. It tells the end by a signal as
 * exit code 128 + signal, as shells do.
 *
 * First it volunteers for the kernel's memory killer and sets the limits. A limit that cannot be set is stricter already.
 * At level 2 what is to become node builds a root of binds, makes it the root and lets go of the old one: programs and
 * models read-only, with whatever is mounted below them; the folder for label maps; and its own entry below /proc, which
 * it finds by the number that it has outside. Privileges in the namespace are needed for that alone and are given up for
 * good; without `setpriv` there is no level.
 *
 * Arguments: level, data limit in KiB, file limit in 512-byte blocks, processor time in s, folder for the new root, folder
 * to write to, read-only paths (one per line), then the command.
 */
export const SHELL = String.raw`
{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null
ulimit -c 0
{ ulimit -d "$2"; ulimit -f "$3"; ulimit -n 256; ulimit -S -t "$4"; ulimit -H -t "$(($4 + 5))"; } 2>/dev/null
level=$1 root=$5 cases=$6 paths=$7
shift 7
# on a machine that also serves pages, those come first
polite=$(command -v nice >/dev/null && echo 'nice -n 5')
[ "$level" = 0 ] && exec $polite "$@"

command -v setpriv >/dev/null || { echo 'the program "setpriv" is missing (package util-linux)' >&2; exit 1; }

bind() {
  if [ -L "$1" ]; then
    mkdir -p "$root$(dirname "$1")"
    ln -s "$(readlink "$1")" "$root$1"
  elif [ -d "$1" ]; then
    mkdir -p "$root$1"
    mount --rbind "$1" "$root$1"
  elif [ -e "$1" ]; then
    mkdir -p "$root$(dirname "$1")"
    : > "$root$1"
    mount --bind "$1" "$root$1"
  fi
}

# a remount reaches one mount alone, and in a user namespace it has to name the options that it finds
make_read_only() {
  while read -r _ _ _ _ point options _; do
    case $point in *\\*) point=$(printf '%b' "$point") ;; esac
    case $point in "$root" | "$root"/*) ;; *) continue ;; esac
    case $options in ro | ro,*) continue ;; esac
    mount -o "remount,bind,$options,ro" "$point"
  done < /proc/self/mountinfo
}

own_root() {
  umask 022
  mount -t tmpfs -o size=1m,mode=755 tmpfs "$root"
  mkdir "$root/.old" "$root/proc" "$root/proc/self" "$root/dev" "$root/tmp"
  mkdir -p "$root$cases"
  IFS='
'
  for path in $paths; do
    if ! [ -e "$root$path" ]; then bind "$path"; fi
  done
  unset IFS
  make_read_only
  mount --bind "$cases" "$root$cases"
  read -r outside _ < /proc/self/stat
  mount --bind "/proc/$outside" "$root/proc/self"
  cd "$root"
  pivot_root . .old
  umount -l /.old
}

here=$PWD
cd /
exec 9>&2 2>/dev/null # the shell's own word about a signal is nobody's last word
(
  exec 2>&9 9>&-
  set -e
  # no further namespace, in which it would have privileges again; not every system lets us say so
  { echo 0 > /proc/sys/user/max_user_namespaces || :; } 2>/dev/null
  if [ "$level" = 2 ]; then own_root; fi
  cd "$here"
  exec $polite setpriv --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
)
exit $?
`;
