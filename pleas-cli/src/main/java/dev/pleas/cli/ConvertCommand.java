package dev.pleas.cli;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.output.Conversion;
import dev.pleas.cli.output.OutputDirectory;
import dev.pleas.cli.recipe.StorageSettings;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.models.checkpoint.CheckpointFiles;
import dev.pleas.models.checkpoint.CheckpointOutput;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a checkpoint in another format, type, or number of files. */
@Command(
    name = "convert",
    description = {
      "Writes a checkpoint in another format, type, or number of files.",
      "OUT is a file where its name ends as those of a format do, such as .safetensors; else a folder,"
          + " which gets the config.json beside IN, too. Tensors go through one at a time:"
          + " the checkpoint may be larger than the memory."
    },
    footer = {
      "",
      "Examples:",
      "  pleas convert model.safetensors half.safetensors --dtype float16",
      "  pleas convert vit.safetensors shards --shard-size 500MB",
      "  pleas convert shards/model.safetensors.index.json vit.safetensors",
      "  pleas convert merged merged-bf16 --dtype bfloat16"
    })
final class ConvertCommand extends PleasCommand {
  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "A checkpoint, its index where it is sharded, or the folder that it is in.")
  private @Nullable Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The file or folder to write.")
  private @Nullable Path out;

  @Mixin private StorageOptions storage = new StorageOptions();

  @Option(names = "--force", description = "Replaces an earlier output.")
  private boolean force;

  @Mixin private OutputOptions how = new OutputOptions();

  /**
   * What was written.
   *
   * @param source the file or index that was read
   * @param output what can be opened
   * @param tensors how many
   * @param bytes of all tensors
   * @param types the types of the tensors
   */
  record Converted(String source, String output, int tensors, long bytes, List<String> types) {
    static Converted of(Checkpoint source, Path output, Conversion conversion) {
      return new Converted(
          source.path().toString(),
          output.toString(),
          conversion.tensors().size(),
          conversion.tensors().values().stream().mapToLong(TensorInfo::bytes).sum(),
          conversion.tensors().values().stream()
              .map(info -> info.dtype().name())
              .distinct()
              .sorted()
              .toList());
    }
  }

  @Override
  void run(Session session) {
    Path target = Objects.requireNonNull(out);
    StorageSettings settings = storage.settings();
    if (settings.onnx()) {
      throw new ConfigurationException(
          "--format onnx: a checkpoint is converted tensor by tensor, and an ONNX model says what is"
              + " computed, too; write one with pleas export");
    }
    CheckpointOutput file = CheckpointOutput.named(session.registry(), target, settings.format());
    CheckpointOutput output = file == null ? settings.output(session.registry()) : file;
    try (Checkpoint source =
        new CheckpointFiles(session.registry()).open(Objects.requireNonNull(in))) {
      Conversion conversion = new Conversion(source, settings.dtype());
      long start = System.nanoTime();
      Path written =
          file == null
              ? writeFolder(conversion, output, target)
              : writeFile(conversion, output, target, settings);
      Converted converted = Converted.of(source, written, conversion);
      out().print(how.json ? Json.write(converted) : text(converted, System.nanoTime() - start));
    }
  }

  private Path writeFolder(Conversion conversion, CheckpointOutput output, Path target) {
    try (OutputDirectory directory = OutputDirectory.prepare(target, force)) {
      String name = conversion.write(output, directory.folder(), progress(how.quiet));
      conversion.writeConfig(directory.folder(), name);
      directory.commit();
      return target.resolve(name);
    }
  }

  private Path writeFile(
      Conversion conversion, CheckpointOutput output, Path target, StorageSettings settings) {
    if (settings.shardBytes() != null) {
      throw new ConfigurationException(
          "output " + target + ": --shard-size writes several files; name a folder");
    }
    if (!force && Files.exists(target)) {
      throw new CheckpointException(
          "output " + target + ": exists; choose another file, or replace it with --force");
    }
    conversion.write(output, target.resolveSibling(""), progress(how.quiet));
    if (conversion.config() != null && !how.quiet) {
      err()
          .println(
              "note: "
                  + conversion.config()
                  + ", which says what network this is, was not written along; name a folder to"
                  + " keep it");
      err().flush();
    }
    return target;
  }

  private static String text(Converted converted, long elapsedNanos) {
    return "Converted "
        + Quantity.count(converted.tensors())
        + " tensors of "
        + String.join(", ", converted.types())
        + ", "
        + Quantity.bytes(converted.bytes())
        + ", in "
        + Quantity.seconds(elapsedNanos)
        + "\nWritten: "
        + converted.output()
        + "\n";
  }
}
