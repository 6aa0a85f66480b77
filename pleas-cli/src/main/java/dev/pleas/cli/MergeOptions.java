package dev.pleas.cli;

import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.session.ToolIds;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What to merge, how, and of what size: by a recipe, options, or both. */
final class MergeOptions {
  @Mixin private SourceOptions sources = new SourceOptions();

  @ArgGroup private SizeOptions size = new SizeOptions();

  @Option(
      names = "--allocation",
      paramLabel = "A",
      description =
          "uniform, stages or optimal: how the size is shared out; as --set allocation=A.")
  private @Nullable String allocation;

  @Mixin private StorageOptions storage = new StorageOptions();

  /**
   * Returns what was said; options win over the recipe.
   *
   * @param spec the command whose options these are
   * @param output where an option says that the result goes, or null
   * @throws ParameterException if nothing says what to merge
   */
  MergeSettings settings(CommandSpec spec, @Nullable Path output) {
    Map<String, String> more = new LinkedHashMap<>();
    size.putInto(more);
    if (allocation != null) {
      more.put("allocation", allocation);
    }
    return sources.settings(spec, more, size.replaced(), output).withStorage(storage.settings());
  }

  /** Returns the part that is not about the size. */
  SourceOptions sources() {
    return sources;
  }

  /** Returns which implementations to work with. */
  ToolIds tools() {
    return sources.tools();
  }
}
