"""Makes Python on this system as much like Windows as it can be. Loaded through `PYTHONPATH`.

What our own modules import is not what other packages get: those know the real system. For ours,
`sys.platform` is `win32`, POSIX modules cannot be imported, and `os`, `signal` and `socket` lack
what Windows lacks. Files follow Windows for everybody: one that is open can be neither replaced nor
deleted, nothing is renamed over something else, and links need a right that nobody has.
"""

from __future__ import annotations

import builtins
import errno
import os
import signal
import socket
import sys
import types
from pathlib import Path

ROOT = Path(__file__).parents[3]
OURS = tuple(str(ROOT / name) for name in ("practice", "tasks.py", "pelicanconf.py"))
MODULES = {
    "fcntl",
    "resource",
    "pwd",
    "grp",
    "termios",
    "tty",
    "pty",
    "posix",
    "curses",
    "readline",
}
NAMES = {
    os: {
        "fork", "forkpty", "register_at_fork", "nice", "getuid", "geteuid", "getgid", "getegid",
        "setuid", "seteuid", "setgid", "setegid", "setgroups", "getgroups", "getpgid", "setpgid",
        "setsid", "getsid", "killpg", "wait", "wait3", "wait4", "waitid", "WNOHANG", "WIFEXITED",
        "WEXITSTATUS", "WTERMSIG", "O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC",
        "sched_getaffinity", "sched_setaffinity", "chown", "lchown", "fchown", "fchmod", "mkfifo",
        "mknod", "statvfs", "fstatvfs", "uname", "getloadavg", "sync", "fdatasync", "posix_spawn",
        "posix_fadvise", "pread", "pwrite", "sendfile", "ctermid", "openpty", "tcgetpgrp",
        "getpriority", "setpriority", "sysconf", "confstr", "chroot", "fchdir",
    },
    signal: {
        "pthread_sigmask", "pthread_kill", "sigpending", "sigwait", "sigwaitinfo", "sigtimedwait",
        "setitimer", "getitimer", "alarm", "pause", "siginterrupt", "ITIMER_REAL", "ITIMER_VIRTUAL",
        "ITIMER_PROF", "SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK", "SIGKILL", "SIGVTALRM", "SIGALRM",
        "SIGCHLD", "SIGHUP", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGPROF", "SIGSTOP",
    },
    socket: {"AF_UNIX", "SO_REUSEPORT"},
    sys: {"getdlopenflags", "setdlopenflags"},
}  # fmt: skip
OTHER = {sys: {"platform": "win32"}, os: {"name": "nt"}}


class Partial(types.ModuleType):
    """A module without some of its names, and with other values of some."""

    def __getattr__(self, name):
        real, gone, other = REAL[self.__name__]
        if name in gone:
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'", name=name)
        return other[name] if name in other else getattr(real, name)

    def __setattr__(self, name, value):
        setattr(REAL[self.__name__][0], name, value)


REAL = {module.__name__: (module, gone, OTHER.get(module, {})) for module, gone in NAMES.items()}
PARTIAL = {name: Partial(name) for name in REAL}


def of_ours(names):
    """Whether a module's names are those of one of our modules."""
    return str((names or {}).get("__file__", "")).startswith(OURS)


real_import = builtins.__import__


def import_as_on_windows(name, globals=None, locals=None, fromlist=(), level=0):
    if not of_ours(globals) or level:
        return real_import(name, globals, locals, fromlist, level)
    if name.partition(".")[0] in MODULES:
        raise ModuleNotFoundError(f"No module named '{name}'", name=name)
    module = real_import(name, globals, locals, fromlist, level)
    return PARTIAL.get(module.__name__, module)


builtins.__import__ = import_as_on_windows


# --- Files ---


def path_of(path, dir_fd):
    place = Path(f"/proc/self/fd/{dir_fd}").readlink() if dir_fd is not None else Path.cwd()
    return str(place / os.fsdecode(path))


def refuse_if_open(path):
    """Refuse to move or delete a file that this process has open, or a folder with one in it."""
    for number in os.listdir("/proc/self/fd"):  # noqa: PTH208  # the numbers are enough
        try:
            file = os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115  # as above
        except OSError:
            continue
        ours = file == path or file.startswith(f"{path}/")
        if ours and real_isfile(file) and not file.endswith(".lock"):  # filelock knows the system
            raise PermissionError(errno.EACCES, "The process cannot access the file", file)


def refuse_if_there(path):
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, "Cannot create a file when that file exists", path)


def refuse_if_folder(path):
    if os.path.isdir(path):  # noqa: PTH112  # as it was before anything was replaced
        raise PermissionError(errno.EACCES, "Access is denied", path)


def guarded(real, *, target=None):
    def call(path, *args, dir_fd=None, src_dir_fd=None, dst_dir_fd=None, **kwargs):
        refuse_if_open(path_of(path, dir_fd if dir_fd is not None else src_dir_fd))
        if target:
            to = path_of(args[0], dst_dir_fd)
            if to != path_of(path, src_dir_fd):
                refuse_if_open(to)
                target(to)
        fds = {"dir_fd": dir_fd, "src_dir_fd": src_dir_fd, "dst_dir_fd": dst_dir_fd}
        given = {name: fd for name, fd in fds.items() if fd is not None}
        return real(path, *args, **given, **kwargs)

    return call


def no_links(_source, target, *_args, **_kwargs):
    raise OSError(errno.EPERM, "A required privilege is not held by the client", str(target))


real_isfile = os.path.isfile
os.unlink = guarded(os.unlink)
os.remove = guarded(os.remove)
os.rmdir = guarded(os.rmdir)
os.rename = guarded(os.rename, target=refuse_if_there)
os.replace = guarded(os.replace, target=refuse_if_folder)
os.symlink = no_links
