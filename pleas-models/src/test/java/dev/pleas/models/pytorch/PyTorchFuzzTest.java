package dev.pleas.models.pytorch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.pleas.models.file.FormatFuzzer;
import dev.pleas.models.file.Mutations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files of PyTorch; see {@link FormatFuzzer}. */
@Timeout(3600)
class PyTorchFuzzTest {
  /** Operations, and names that lead on and off the list. */
  private static final List<byte[]> WORDS =
      List.of(
              "(",
              ".",
              "\u0080\2",
              "N",
              "\u0088",
              "J\u00ff\u00ff\u00ff\u007f",
              "K\1",
              "M\1\1",
              "\u008a\10\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
              "\u008b",
              "X",
              "\u008c",
              ")",
              "t",
              "\u0085",
              "\u0086",
              "\u0087",
              "]",
              "a",
              "e",
              "}",
              "s",
              "u",
              "\u008f",
              "\u0090",
              "0",
              "1",
              "2",
              "h\0",
              "h\1",
              "q\0",
              "q\1",
              "\u0094",
              "R",
              "\u0081",
              "b",
              "Q",
              "cos\nsystem\n",
              "ccollections\nOrderedDict\n",
              "ctorch\nFloatStorage\n",
              "ctorch\nByteStorage\n",
              "ctorch._utils\n_rebuild_tensor_v2\n",
              "cargparse\nNamespace\n",
              "PK\1\2",
              "PK\3\4",
              "PK\5\6",
              "PK\6\6",
              "PK\6\7")
          .stream()
          .map(word -> word.getBytes(ISO_8859_1))
          .toList();

  @TempDir private Path folder;

  private static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (Path file : TorchFilesTest.files()) {
      seeds.add(Files.readAllBytes(file));
    }
    return seeds;
  }

  private static <T> T any(List<T> list, SplittableRandom random) {
    return list.get(random.nextInt(list.size()));
  }

  @Test
  void open_damagedFiles_areReadOrRefused() throws IOException {
    List<byte[]> seeds = seeds();
    new FormatFuzzer(new PyTorchFormat(), folder)
        .run(random -> new Mutations(random, WORDS).of(any(seeds, random), any(seeds, random)));
  }

  /** The archive is sound, so that damage reaches what reads the pickle. */
  @Test
  void open_damagedPicklesInSoundArchives_areReadOrRefused() throws IOException {
    List<Map<String, byte[]>> seeds = new ArrayList<>();
    for (Path file : TorchFilesTest.files()) {
      if (!file.toString().contains("legacy")) {
        seeds.add(entries(file));
      }
    }
    new FormatFuzzer(new PyTorchFormat(), folder)
        .run(
            random -> {
              Map<String, byte[]> entries = new LinkedHashMap<>(any(seeds, random));
              byte[] other = any(seeds, random).get("archive/data.pkl");
              entries.compute(
                  "archive/data.pkl",
                  (name, pickle) -> new Mutations(random, WORDS).of(pickle, other));
              try {
                return Files.readAllBytes(Pickle.archive(folder, entries));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  private static Map<String, byte[]> entries(Path file) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        String name = "archive" + entry.getName().substring(entry.getName().indexOf('/'));
        entries.put(name, zip.getInputStream(entry).readAllBytes());
      }
    }
    return entries;
  }
}
