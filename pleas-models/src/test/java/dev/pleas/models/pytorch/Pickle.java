package dev.pleas.models.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes pickles operation by operation, right or wrong, and archives around them. */
final class Pickle {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Pickle() {
    op(0x80, 2);
  }

  /** Appends bytes. */
  Pickle op(int... bytes) {
    for (int value : bytes) {
      out.write(value);
    }
    return this;
  }

  /** Appends the characters of operations that have no arguments. */
  Pickle ops(String operations) {
    out.writeBytes(operations.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  Pickle text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return op('X').i4(utf8.length).bytes(utf8);
  }

  Pickle integer(long value) {
    return op(0x8a, 8)
        .bytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  Pickle global(String module, String name) {
    return ops("c" + module + "\n" + name + "\n");
  }

  Pickle tuple(long... values) {
    op('(');
    for (long value : values) {
      integer(value);
    }
    return op('t');
  }

  /** A reference to storage 0 of float32. */
  Pickle storage(long elements) {
    return storage("0", elements);
  }

  private Pickle storage(String key, long elements) {
    return op('(')
        .text("storage")
        .global("torch", "FloatStorage")
        .text(key)
        .text("cpu")
        .integer(elements)
        .ops("tQ");
  }

  /** A view of storage 0. */
  Pickle tensor(long elements, long offset, long[] sizes, long[] strides) {
    return tensor("0", elements, offset, sizes, strides);
  }

  /** A whole storage. */
  Pickle tensor(String key, long elements) {
    return tensor(key, elements, 0, new long[] {elements}, new long[] {1});
  }

  private Pickle tensor(String key, long elements, long offset, long[] sizes, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op('(')
        .storage(key, elements)
        .integer(offset)
        .tuple(sizes)
        .tuple(strides)
        .op(0x89, '}')
        .ops("tR");
  }

  private Pickle i4(int value) {
    return bytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  Pickle bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Returns the pickle, ended. */
  byte[] end() {
    byte[] ended = Arrays.copyOf(out.toByteArray(), out.size() + 1);
    ended[out.size()] = '.';
    return ended;
  }

  /** Writes an archive with this pickle, ended, and a storage 0. */
  Path archive(Path folder, int storageBytes) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("archive/data.pkl", end());
    entries.put("archive/data/0", new byte[storageBytes]);
    return archive(folder, entries);
  }

  /** Writes an archive of entries that are stored. */
  static Path archive(Path folder, Map<String, byte[]> entries) {
    Path file = folder.resolve("made.pth");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        CRC32 crc = new CRC32();
        crc.update(entry.getValue());
        ZipEntry stored = new ZipEntry(entry.getKey());
        stored.setMethod(ZipEntry.STORED);
        stored.setSize(entry.getValue().length);
        stored.setCrc(crc.getValue());
        zip.putNextEntry(stored);
        zip.write(entry.getValue());
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
