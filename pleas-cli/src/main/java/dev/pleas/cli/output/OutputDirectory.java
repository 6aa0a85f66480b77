package dev.pleas.cli.output;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.cli.config.ModelConfig;
import dev.pleas.models.checkpoint.ShardNames;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder that appears complete or not at all. Files are written to a hidden folder beside it,
 * which is renamed by {@link #commit()}. If the program is killed, the hidden folder remains, and
 * the next run for the same target removes it; a target that was being replaced is put back.
 */
public final class OutputDirectory implements AutoCloseable {
  /** What merges, conversions and sweeps write: only folders of such files are replaced. */
  private static final Pattern OURS =
      Pattern.compile(
          "config\\.json|report\\.json|report\\.html|model.*\\.safetensors(\\.index\\.json)?"
              + "|pytorch_model.*\\.bin(\\.index\\.json)?|sweep\\.json|sweep\\.html|budget-[0-9.]+");

  private final Path target;
  private final Path staging;
  private final Path replaced;
  private final boolean force;
  private final Thread atExit = new Thread(this::discard, "remove unfinished output");
  private boolean finished;

  private OutputDirectory(Path target, boolean force) {
    this.target = target;
    this.force = force;
    String prefix = prefix(target) + ProcessHandle.current().pid();
    staging = target.resolveSibling(prefix + ".partial");
    replaced = target.resolveSibling(prefix + ".replaced");
  }

  /**
   * Prepares a folder: after this, writing is known to be possible.
   *
   * @param path the folder to make
   * @param force whether it may replace an earlier output
   * @throws CheckpointException if it exists and may not be replaced, or cannot be written
   */
  public static OutputDirectory prepare(Path path, boolean force) {
    Path target = path.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null || target.getFileName() == null) {
      throw new CheckpointException("output " + path + ": name a folder to make");
    }
    if (!Files.isDirectory(parent)) {
      throw new CheckpointException(
          "output " + path + ": the folder " + parent + " does not exist; make it first");
    }
    OutputDirectory output = new OutputDirectory(target, force);
    try {
      output.cleanUp(parent);
      output.checkTarget(path);
      Files.createDirectory(output.staging);
    } catch (IOException e) {
      throw new CheckpointException(
          "output "
              + path
              + ": cannot be written: "
              + reason(e)
              + "; choose another folder with --output",
          e);
    }
    Runtime.getRuntime().addShutdownHook(output.atExit);
    return output;
  }

  /** Returns the folder to write files to. */
  public Path folder() {
    return staging;
  }

  /** Returns the folder that will appear. */
  public Path target() {
    return target;
  }

  /**
   * Makes the folder appear under its name, with everything on disk.
   *
   * @throws CheckpointException if that fails; then an earlier output is as it was
   */
  public void commit() {
    try {
      try (Stream<Path> files = Files.list(staging)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          if (!Files.isDirectory(file)) { // A folder in it was committed by itself.
            sync(file, StandardOpenOption.WRITE);
          }
        }
      }
      syncFolder(staging);
      boolean replacing = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
      if (replacing) {
        checkTarget(target);
        Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
      }
      try {
        Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (replacing) {
          Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
        }
        throw e;
      }
      finished = true;
      syncFolder(target.resolveSibling("."));
      deleteTree(replaced);
    } catch (IOException e) {
      throw new CheckpointException("output " + target + ": cannot be written: " + reason(e), e);
    }
  }

  /** Removes what was written, unless it was committed. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return; // The program is ending, and the hook does it.
    }
    discard();
  }

  private void discard() {
    if (!finished) {
      try {
        deleteTree(staging);
      } catch (IOException e) {
        // The next run for this target tries again.
      }
    }
  }

  private void checkTarget(Path path) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!force) {
      throw new CheckpointException(
          "output " + path + ": exists; choose another folder, or replace it with --force");
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new CheckpointException("output " + path + ": is not a folder; it is not replaced");
    }
    // A format that was plugged in gives its files other names.
    @Nullable ShardNames weights =
        ModelConfig.isIn(target) ? ShardNames.of(ModelConfig.read(target).weights()) : null;
    try (Stream<Path> files = Files.list(target)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name = String.valueOf(file.getFileName());
        if (!OURS.matcher(name).matches() && (weights == null || !weights.include(name))) {
          throw new CheckpointException(
              "output "
                  + path
                  + ": has "
                  + file.getFileName()
                  + ", which no merge has written; the"
                  + " folder is not replaced: choose another, or remove it yourself");
        }
      }
    }
  }

  /** Removes what killed runs have left, and puts back what they were replacing. */
  private void cleanUp(Path parent) throws IOException {
    Pattern left =
        Pattern.compile(Pattern.quote(prefix(target)) + "(\\d{1,18})\\.(partial|replaced)");
    List<Path> stale = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent)) {
      for (Path entry : entries) {
        Matcher matcher = left.matcher(String.valueOf(entry.getFileName()));
        if (matcher.matches() && !alive(Long.parseLong(matcher.group(1)))) {
          stale.add(entry);
        }
      }
    }
    for (Path entry : stale) {
      if (entry.toString().endsWith(".replaced") && !Files.exists(target)) {
        Files.move(entry, target, StandardCopyOption.ATOMIC_MOVE);
      } else {
        deleteTree(entry);
      }
    }
  }

  /** A folder with this process's own number can only be left from another life of that number. */
  private static boolean alive(long pid) {
    return pid != ProcessHandle.current().pid()
        && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static String prefix(Path target) {
    return "." + target.getFileName() + ".pleas-";
  }

  private static void sync(Path file, StandardOpenOption access) throws IOException {
    try (FileChannel channel = FileChannel.open(file, access)) {
      channel.force(true);
    }
  }

  private static void syncFolder(Path folder) {
    try {
      sync(folder, StandardOpenOption.READ);
    } catch (IOException e) {
      // Windows cannot open folders; there, renames are on disk when they return.
    }
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      try (Stream<Path> children = Files.list(root)) {
        for (Path child : (Iterable<Path>) children::iterator) {
          deleteTree(child);
        }
      }
    }
    Files.deleteIfExists(root);
  }

  private static String reason(IOException e) {
    @Nullable String message = e.getMessage();
    String kind = e.getClass().getSimpleName().replaceFirst("Exception$", "");
    String words = kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
    return kind.equals("IO") && message != null ? message : words;
  }
}
