package dev.pleas.cli.session;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.PleasException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.ModelConfig;
import dev.pleas.cli.statistics.SavedStatistics;
import dev.pleas.models.checkpoint.CheckpointFiles;
import dev.pleas.models.config.ConfigFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Opens checkpoints and finds out which networks they are. */
final class ModelLoader {
  /** Metadata key of what the user says of the number of attention heads. */
  private static final String HEADS_KEY = "pleas.heads";

  /**
   * Metadata key by which a format that knows more of the network than names and shapes says which
   * adapter understands that: the only one that is asked then.
   */
  private static final String ADAPTER_KEY = "pleas.adapter";

  private final Registry registry;
  private final CheckpointFiles files;
  private final @Nullable Integer heads;

  /**
   * @param heads of attention, as the user says, or null
   */
  ModelLoader(Registry registry, @Nullable Integer heads) {
    this.registry = registry;
    this.files = new CheckpointFiles(registry);
    this.heads = heads;
  }

  /**
   * Opens a checkpoint, the folder that it is in, or that a merge wrote. Reads headers only.
   *
   * @throws CheckpointException if the file is missing, damaged or of no known format
   * @throws ModelException if no adapter knows the network, with each one's reason
   */
  LoadedModel open(Path path) {
    if (ModelConfig.isIn(path)) {
      return openMerged(path, path);
    }
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null
        && Files.isReadable(path)
        && ModelConfig.isIn(folder)
        && path.endsWith(ModelConfig.read(folder).weights())) {
      return openMerged(path, folder); // The file itself was named; its folder knows more of it.
    }
    return openCheckpoint(path);
  }

  private LoadedModel openCheckpoint(Path path) {
    Checkpoint checkpoint = files.open(path);
    try {
      if (SavedStatistics.isIn(checkpoint)) {
        throw new ModelException(
            path + ": expected a network, found statistics of images; they are named with --stats");
      }
      Map<String, String> metadata = ConfigFile.beside(checkpoint.path());
      metadata.putAll(checkpoint.metadata());
      if (heads != null) {
        metadata.put(HEADS_KEY, heads.toString());
      }
      return new LoadedModel(
          path,
          checkpoint,
          usual(path, () -> adapt(checkpoint, metadata, null)),
          input -> adapt(checkpoint, metadata, input),
          null);
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /** What a network is for its usual input; what is wrong with it is said with the file's name. */
  private static Adaptation.Adapted usual(Path path, Supplier<Adaptation.Adapted> adapt) {
    try {
      return adapt.get();
    } catch (PleasException e) {
      throw new ModelException(path + ": " + e.getMessage(), e);
    }
  }

  private LoadedModel openMerged(Path named, Path folder) {
    ModelConfig config = ModelConfig.read(folder);
    Path weights = folder.resolve(config.weights());
    if (!Files.exists(weights)) {
      throw new CheckpointException(
          folder + ": " + ModelConfig.FILE + " names " + config.weights() + ", which is missing");
    }
    Checkpoint checkpoint = files.open(weights);
    try {
      Graph graph = config.graph();
      ParameterLayout layout = config.parameterLayout();
      Map<String, Shape> stored = layout.tensors(graph.parameters());
      stored.forEach(
          (name, shape) -> {
            var info = checkpoint.tensors().get(name);
            if (info == null || !info.shape().equals(shape)) {
              throw new ModelException(
                  weights
                      + ": "
                      + name
                      + ": expected "
                      + shape
                      + " as "
                      + ModelConfig.FILE
                      + " says, found "
                      + (info == null ? "no such tensor" : info.shape())
                      + "; the two files do not belong together");
            }
          });
      Set<String> passengers = new HashSet<>(checkpoint.tensors().keySet());
      passengers.removeAll(stored.keySet());
      Function<Graph, Adaptation.Adapted> network =
          any -> new Adaptation.Adapted(any, layout, passengers, List.of());
      return new LoadedModel(
          named,
          checkpoint,
          network.apply(graph),
          input -> network.apply(graph.withInput(input)),
          config);
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private Adaptation.Adapted adapt(
      Checkpoint checkpoint, Map<String, String> metadata, @Nullable Shape input) {
    StringBuilder reasons = new StringBuilder();
    @Nullable String named = metadata.get(ADAPTER_KEY);
    for (RegistryEntry<ModelAdapterProvider> entry : registry.entries(ModelAdapterProvider.class)) {
      ModelAdapterProvider provider = entry.provider();
      boolean asked = named == null || named.equals(entry.id());
      if (provider == null || !entry.usable() || !asked) {
        continue;
      }
      Adaptation adaptation = provider.create().adapt(checkpoint.tensors(), metadata, input);
      if (adaptation instanceof Adaptation.Adapted adapted) {
        return adapted;
      }
      String reason = ((Adaptation.NotRecognized) adaptation).reason();
      reasons.append("; not ").append(entry.id()).append(": ").append(reason);
    }
    throw new ModelException(
        "unknown architecture"
            + (reasons.isEmpty() ? "; no adapter is available, see: pleas backends" : reasons));
  }
}
