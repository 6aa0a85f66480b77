package dev.pleas.tck;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.error.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;

/** Formats that recognise or open files with one flaw each. */
final class BrokenOpeners {
  private BrokenOpeners() {}

  interface Opening {
    Checkpoint open(CheckpointFormat sound, Path path) throws IOException;
  }

  static CheckpointFormat opening(Opening flaw) {
    return new TinyFormat() {
      @Override
      public Checkpoint open(Path path) {
        try {
          return flaw.open(new TinyFormat(), path);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private static CheckpointFormat recognizing(Predicate<Path> flaw) {
    return new TinyFormat() {
      @Override
      public boolean recognizes(Path path) {
        return flaw.test(path);
      }
    };
  }

  static CheckpointFormat eager() {
    return opening(
        (sound, path) -> {
          byte[] all = Files.readAllBytes(path);
          return all.length == 0 ? null : sound.open(path);
        });
  }

  static CheckpointFormat uncheckedIo() {
    return opening(
        (sound, path) -> {
          Files.size(path); // throws where the file is missing
          return sound.open(path);
        });
  }

  static CheckpointFormat emptyFiles() {
    return opening(
        (sound, path) ->
            Files.size(path) == 0
                ? new TinyCheckpoint(path, new TinyHeader(Map.of(), Map.of(), Map.of()))
                : sound.open(path));
  }

  static CheckpointFormat anonymous() {
    return opening(
        (sound, path) -> {
          try {
            return sound.open(path);
          } catch (CheckpointException e) {
            throw new CheckpointException("bad magic", e);
          }
        });
  }

  static CheckpointFormat truncatedFiles() {
    return opening(
        (sound, path) -> {
          try {
            return sound.open(path);
          } catch (CheckpointException e) {
            return new TinyCheckpoint(path, new TinyHeader(Map.of(), Map.of(), Map.of()));
          }
        });
  }

  static CheckpointFormat rawExceptions() {
    return opening(
        (sound, path) -> {
          try {
            return sound.open(path);
          } catch (CheckpointException e) {
            throw e.getCause() instanceof RuntimeException raw ? raw : e;
          }
        });
  }

  static CheckpointFormat trustingLengths() {
    return opening(
        (sound, path) -> {
          try {
            return sound.open(path);
          } catch (CheckpointException e) {
            byte[] announced = new byte[40 << 20];
            throw new CheckpointException(path + ": not " + announced.length, e);
          }
        });
  }

  static CheckpointFormat blind() {
    return recognizing(path -> false);
  }

  static CheckpointFormat byName() {
    return recognizing(path -> path.toString().endsWith(".tiny"));
  }

  static CheckpointFormat greedy() {
    return recognizing(path -> true);
  }

  static CheckpointFormat frightened() {
    return recognizing(
        path -> {
          try {
            return Files.size(path) > 0;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
