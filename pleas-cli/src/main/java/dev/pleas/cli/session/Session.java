package dev.pleas.cli.session;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.Selection;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The registry of one run of the program, and what commands take from it. */
public final class Session implements AutoCloseable {
  private final Registry registry;
  private final @Nullable Path pluginFolder;
  private final @Nullable URLClassLoader plugins;

  private Session(
      Registry registry, @Nullable Path pluginFolder, @Nullable URLClassLoader plugins) {
    this.registry = registry;
    this.pluginFolder = pluginFolder;
    this.plugins = plugins;
  }

  /**
   * Opens a session.
   *
   * @param pluginFolder a folder of jars to add, or null
   * @throws dev.pleas.api.error.ConfigurationException if the folder cannot be listed
   */
  public static Session open(@Nullable Path pluginFolder) {
    ClassLoader own = Session.class.getClassLoader();
    if (pluginFolder == null) {
      return new Session(Registry.of(own), null, null);
    }
    URLClassLoader plugins = Plugins.load(pluginFolder, own);
    return new Session(Registry.of(plugins), pluginFolder, plugins);
  }

  /** Returns the version of this program. */
  public static String version() {
    return Objects.requireNonNullElse(
        Session.class.getPackage().getImplementationVersion(), "(unpackaged)");
  }

  /** Returns the registry. */
  public Registry registry() {
    return registry;
  }

  /**
   * Returns the files on the class path and among the plugins that are named like jars and are
   * none.
   */
  public List<UnreadableJar> unreadableJars() {
    List<Path> files = new ArrayList<>(UnreadableJar.classPath());
    if (pluginFolder != null) {
      files.addAll(Plugins.jars(pluginFolder));
    }
    return UnreadableJar.among(files);
  }

  /**
   * Opens a checkpoint, or the folder that a merge wrote; reads headers only.
   *
   * @param heads of attention, as the user says, or null
   * @throws dev.pleas.api.error.CheckpointException if the file is missing, damaged or unknown
   * @throws dev.pleas.api.error.ModelException if no adapter knows the network
   */
  public LoadedModel load(Path path, @Nullable Integer heads) {
    return new ModelLoader(registry, heads).open(path);
  }

  /**
   * Chooses and creates the tools; the caller closes them.
   *
   * @throws dev.pleas.api.error.ProviderException if an id is unknown or cannot be used here
   */
  public ChosenTools tools(ToolIds ids) {
    return ChosenTools.choose(registry, ids);
  }

  /**
   * Chooses and creates a backend; the caller closes it.
   *
   * @param device what it runs on
   * @throws dev.pleas.api.error.ProviderException if the id or the device is unknown or cannot be
   *     used here
   */
  public TensorBackend backend(String id, DeviceOptions device) {
    return registry.select(TensorBackendProvider.class, id).provider().create(device);
  }

  /**
   * Explains the automatic choice of a backend where a better one could not be used.
   *
   * @return one line, or null if the best one is used or another was asked for
   */
  public @Nullable String whyNotBestBackend(String id) {
    if (!id.equals("auto")) {
      return null;
    }
    Selection<TensorBackendProvider> chosen = registry.best(TensorBackendProvider.class);
    boolean best = registry.entries(TensorBackendProvider.class).get(0).equals(chosen.entry());
    return best ? null : "backend " + chosen.entry().id() + ": " + chosen.reason();
  }

  /**
   * Chooses a merge method.
   *
   * @throws dev.pleas.api.error.ProviderException if the id is unknown or cannot be used here
   */
  public Selection<MergeMethodProvider> method(String id) {
    return registry.select(MergeMethodProvider.class, id);
  }

  @Override
  public void close() {
    if (plugins != null) {
      try {
        plugins.close();
      } catch (IOException e) {
        // Nothing is lost: the jars were only read.
      }
    }
  }
}
