package refinery.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * By what the file system tells one state of a file from another. Whoever writes to the file, or
 * replaces it, changes the stamp; only damage below the file system, and a write within the same
 * tick of the kernel's clock (some milliseconds), does not.
 *
 * @param changed the inode's own time, which nobody can set; a new link or name changes it, too
 */
public record FileStamp(long size, FileTime modified, FileTime changed, long inode, long device) {

  /** Of the file itself, not of what a symbolic link leads to. */
  public static FileStamp of(Path file) throws IOException {
    Map<String, Object> unix =
        Files.readAttributes(
            file, "unix:size,lastModifiedTime,ctime,ino,dev", LinkOption.NOFOLLOW_LINKS);
    return new FileStamp(
        (Long) unix.get("size"),
        (FileTime) unix.get("lastModifiedTime"),
        (FileTime) unix.get("ctime"),
        (Long) unix.get("ino"),
        (Long) unix.get("dev"));
  }

  /** Whether both are of one file, under whatever name. */
  boolean isOfSameFile(FileStamp other) {
    return inode == other.inode && device == other.device;
  }

  /** As equality, but for what linking and renaming change. */
  boolean isUnwritten(FileStamp other) {
    return isOfSameFile(other) && size == other.size && modified.equals(other.modified);
  }
}
