# Sourced by ./refinery and ./mvnw: sets JAVA_HOME to a JDK that Refinery builds and runs on (21 to 26).
# Looks at JAVA_HOME, then PATH, then the usual system folders; newest first.

# The feature release of the JDK in $1 (21 for 21.0.4), or 0.
jdk_release() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || { echo 0; return; }
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" | head -n 1
}

jdk_fits() {
  found=$(jdk_release "$1")
  [ "${found:-0}" -ge 21 ] && [ "$found" -le 26 ]
}

jdk_from_path() {
  java_path=$(command -v javac 2>/dev/null) || return 1
  java_path=$(readlink -f "$java_path") || return 1
  dirname "$(dirname "$java_path")"
}

find_jdk() {
  if [ -n "${JAVA_HOME-}" ] && jdk_fits "$JAVA_HOME"; then
    export JAVA_HOME
    return 0
  fi
  candidate=$(jdk_from_path) && jdk_fits "$candidate" && { JAVA_HOME=$candidate; export JAVA_HOME; return 0; }
  best=""
  best_release=0
  glob_was_off=0
  case $- in *f*) glob_was_off=1; set +f ;; esac
  for candidate in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "${HOME-/nonexistent}"/.sdkman/candidates/java/* \
    "${HOME-/nonexistent}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -d "$candidate" ] && [ ! -L "$candidate" ] || continue
    if jdk_fits "$candidate" && [ "$found" -gt "$best_release" ]; then
      best=$candidate
      best_release=$found
    fi
  done
  [ "$glob_was_off" = 0 ] || set -f
  [ -n "$best" ] || return 1
  JAVA_HOME=$best
  export JAVA_HOME
}

# The newest OpenJDK package >= 21 that apt offers, or nothing.
debian_jdk_package() {
  apt-cache pkgnames openjdk- 2>/dev/null | sed -n 's/^openjdk-\([0-9]*\)-jdk-headless$/\1/p' | sort -n |
    awk '$1 >= 21 && $1 <= 26 { newest = $1 } END { if (newest) print "openjdk-" newest "-jdk-headless" }'
}

# Finds a JDK; on Debian or Ubuntu as root installs one after saying so; else says what to run and fails with 2.
require_jdk() {
  find_jdk && return 0
  if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
      apt-get update -qq >/dev/null 2>&1 || true
      package=$(debian_jdk_package)
      if [ -n "$package" ]; then
        echo "refinery: no JDK 21 to 26 found; installing $package" >&2
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" >/dev/null && find_jdk && return 0
      fi
    else
      package=$(debian_jdk_package)
      echo "refinery: no JDK 21 to 26 found; run: sudo apt-get install -y ${package:-openjdk-21-jdk-headless}" >&2
      return 2
    fi
  fi
  echo "refinery: no JDK 21 to 26 found; install one (for example Temurin 25) and set JAVA_HOME" >&2
  return 2
}
