package refinery.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * Tells whether a file has changed. Writing to the file, or replacing it, changes the stamp. Only
 * damage below the file system, and writes within one tick of the kernel's clock (some
 * milliseconds), do not.
 *
 * @param changed the inode's change time, which nobody can set; a new link or name changes it as
 *     well
 */
public record FileStamp(long size, FileTime modified, FileTime changed, long inode, long device) {

  /** The stamp of the file itself; a symbolic link is not followed. */
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

  /** True if both belong to one file, under whatever names. */
  boolean isOfSameFile(FileStamp other) {
    return inode == other.inode && device == other.device;
  }

  /** True if the file was not written in between; linking and renaming do not count. */
  boolean isUnwritten(FileStamp other) {
    return isOfSameFile(other) && size == other.size && modified.equals(other.modified);
  }
}
