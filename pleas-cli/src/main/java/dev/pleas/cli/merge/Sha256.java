package dev.pleas.cli.merge;

import dev.pleas.api.error.PleasException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Fingerprints of input files. */
final class Sha256 {
  private Sha256() {}

  /** Returns the SHA-256 of a file as hexadecimal text. */
  static String of(Path file) {
    return of(List.of(file));
  }

  /** Returns the SHA-256 of files one after another, as if they were one. */
  static String of(List<Path> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files) {
        update(digest, file);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void update(MessageDigest digest, Path file) {
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      byte[] buffer = new byte[1 << 16];
      while (in.read(buffer) >= 0) {
        // The digest sees what is read.
      }
    } catch (IOException e) {
      throw new PleasException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
