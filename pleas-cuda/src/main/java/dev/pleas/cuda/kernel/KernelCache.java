package dev.pleas.cuda.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compiled kernels on disk. A file is named after everything its contents depend on, and begins
 * with their SHA-256: one that is damaged is as good as none. Where nothing can be written, nothing
 * is kept.
 *
 * @param folder need not exist
 */
record KernelCache(Path folder) {
  /** System property that names another folder. */
  static final String PROPERTY = "pleas.cuda.cache";

  private static final int DIGEST = 32;

  /** Returns the folder of the property, or the one that this system has for such files. */
  static KernelCache ofThisUser() {
    String chosen = System.getProperty(PROPERTY);
    return new KernelCache(
        chosen != null
            ? Path.of(chosen)
            : folder(
                System.getenv("XDG_CACHE_HOME"),
                System.getenv("LOCALAPPDATA"),
                System.getProperty("user.home", "")));
  }

  static Path folder(@Nullable String xdg, @Nullable String windows, String home) {
    Path base;
    if (xdg != null && Path.of(xdg).isAbsolute()) {
      base = Path.of(xdg);
    } else if (windows != null) {
      base = Path.of(windows);
    } else {
      base = Path.of(home, ".cache");
    }
    return base.resolve("pleas").resolve("cuda");
  }

  /**
   * Returns the name of a file.
   *
   * @param parts all that the contents depend on
   * @param readable what a person should see of that
   */
  static String name(String readable, String... parts) {
    byte[] digest = sha256(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
    return "kernels-" + readable + "-" + HexFormat.of().formatHex(digest, 0, 8) + ".bin";
  }

  /** Returns an image that was kept and is whole. */
  Optional<byte[]> read(String name) {
    try {
      byte[] file = Files.readAllBytes(folder.resolve(name));
      byte[] image = Arrays.copyOfRange(file, Math.min(DIGEST, file.length), file.length);
      boolean whole =
          file.length > DIGEST && MessageDigest.isEqual(sha256(image), Arrays.copyOf(file, DIGEST));
      return whole ? Optional.of(image) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Keeps an image if that can be done; readers see all of it or nothing. */
  void write(String name, byte[] image) {
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, name, ".part");
      try {
        byte[] file = Arrays.copyOf(sha256(image), DIGEST + image.length);
        System.arraycopy(image, 0, file, DIGEST, image.length);
        Files.write(part, file);
        Files.move(part, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // Then the kernels are compiled anew next time, which takes about a second.
      return;
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
