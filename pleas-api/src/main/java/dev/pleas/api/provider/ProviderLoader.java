package dev.pleas.api.provider;

import dev.pleas.api.provider.Availability.Unavailable;
import dev.pleas.api.provider.ServiceFiles.Repeated;
import dev.pleas.api.provider.ServiceFiles.ServiceFile;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Loads the providers of one kind, turning every failure into an entry. */
final class ProviderLoader<P extends Provider<?>> {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final String UNKNOWN = ServiceFiles.UNKNOWN;

  /** A class path that fails this often gives no more providers. */
  private static final int MOST_FAILURES = 100;

  private final Class<P> kind;
  private final ServiceFiles files;
  private final List<RegistryEntry<P>> entries = new ArrayList<>();

  private ProviderLoader(Class<P> kind, ServiceFiles files) {
    this.kind = kind;
    this.files = files;
  }

  static <P extends Provider<?>> List<RegistryEntry<P>> load(Class<P> kind, ClassLoader loader) {
    // On the module path only the kinds that module-info.java names could be looked for otherwise.
    ProviderLoader.class.getModule().addUses(kind);
    ProviderLoader<P> providers = new ProviderLoader<>(kind, ServiceFiles.find(kind, loader));
    providers.loadFrom(ServiceLoader.load(kind, loader).iterator());
    providers.addIdleServiceFiles();
    return providers.entries;
  }

  static <P extends Provider<?>> RegistryEntry<P> duplicate(
      RegistryEntry<P> entry, RegistryEntry<P> first) {
    return broken(
        entry.kind(),
        entry.id(),
        entry.origin(),
        entry.version(),
        Diagnosis.duplicate(entry.origin(), first.origin()));
  }

  private void loadFrom(Iterator<P> providers) {
    int failures = 0;
    while (failures < MOST_FAILURES) {
      try {
        // hasNext itself can throw: LinkageError of missing or newer classes, SecurityException of
        // a jar whose signature is wrong. Next wraps what a constructor throws in a
        // ServiceConfigurationError. Both go on to the next provider when called again.
        if (!providers.hasNext()) {
          return;
        }
        entries.add(examine(providers.next()));
      } catch (Throwable e) {
        rethrowIfFatal(e instanceof ServiceConfigurationError ? e.getCause() : e);
        failures++;
        entries.add(failed(e));
      }
    }
  }

  /** Service files that ServiceLoader passes over in silence. */
  private void addIdleServiceFiles() {
    for (ServiceFile file : files.empty()) {
      entries.add(broken(file, Diagnosis.namesNothing(files.path(), file.jar())));
    }
    for (Repeated repeated : files.repeated()) {
      String jar = repeated.file().jar();
      entries.add(
          broken(
              kind,
              repeated.className(),
              jar,
              repeated.file().version(),
              Diagnosis.repeated(jar, repeated.first().jar())));
    }
  }

  /** The entry of a provider that could not be loaded. */
  private RegistryEntry<P> failed(Throwable e) {
    String message = String.valueOf(e.getMessage());
    if (e instanceof ServiceConfigurationError) {
      @Nullable ServiceFile malformed = files.mentioned(message);
      if (malformed != null) {
        malformed.classNames().forEach(files::done);
        return broken(malformed, Diagnosis.malformed(files.path(), malformed, message));
      }
      if (e.getCause() instanceof IOException damage) {
        @Nullable ServiceFile unreadable = files.nextUnreadable();
        if (unreadable != null) {
          return broken(unreadable, Diagnosis.unreadable(files.path(), damage, unreadable.jar()));
        }
      }
    }
    @Nullable String name =
        e instanceof ServiceConfigurationError ? named(message) : files.nextUnloadable();
    @Nullable ServiceFile file = null;
    if (name != null) {
      file = files.naming(name);
      files.done(name);
    }
    String jar = file == null ? UNKNOWN : file.jar();
    return broken(
        kind,
        name == null ? "unknown provider" : name,
        jar,
        file == null ? UNKNOWN : file.version(),
        Diagnosis.ofLoading(e, jar));
  }

  /** The class that a ServiceConfigurationError is about: "KIND: [Provider |class ]NAME …". */
  private @Nullable String named(String message) {
    String name =
        message
            .replaceFirst("^" + Pattern.quote(kind.getName()) + ": ", "")
            .replaceFirst("^(Provider|class|interface) ", "")
            .split("\\s", 2)[0];
    return files.naming(name) == null ? null : name;
  }

  private RegistryEntry<P> examine(P provider) {
    Class<?> type = provider.getClass();
    files.done(type.getName());
    String origin = origin(type);
    String label = type.getName();
    String step = "its apiVersion()";
    try {
      int api = provider.apiVersion();
      if (api != Provider.API_VERSION) {
        return broken(label, type, Diagnosis.otherApi(api));
      }
      step = "its id()";
      String id = Objects.requireNonNull(provider.id(), "id() returned null");
      if (!ID.matcher(id).matches()) {
        return broken(
            label,
            type,
            Diagnosis.ofItsAuthor("its id \"" + id + "\" does not match " + ID.pattern(), origin));
      }
      label = id;
      step = "its description()";
      Objects.requireNonNull(provider.description(), "description() returned null");
      step = "its priority()";
      int priority = provider.priority();
      step = "its probe()";
      Availability availability = Objects.requireNonNull(provider.probe(), "probe() returned null");
      return new RegistryEntry<>(kind, id, origin, version(type), priority, availability, provider);
    } catch (Throwable e) {
      rethrowIfFatal(e);
      boolean otherApi =
          step.equals("its apiVersion()") && e instanceof IncompatibleClassChangeError;
      return broken(label, type, otherApi ? Diagnosis.otherApi(e) : Diagnosis.of(step, e, origin));
    }
  }

  /** A JVM that is out of memory or broken is not a jar's fault; endless recursion is. */
  private static void rethrowIfFatal(@Nullable Throwable e) {
    if (e instanceof VirtualMachineError error && !(e instanceof StackOverflowError)) {
      throw error;
    }
    if (e instanceof ThreadDeath death) {
      throw death;
    }
  }

  /** An entry about a service file goes by the name of its jar. */
  private RegistryEntry<P> broken(ServiceFile file, Unavailable why) {
    return broken(kind, file.jar(), file.jar(), file.version(), why);
  }

  private RegistryEntry<P> broken(String label, Class<?> type, Unavailable why) {
    return broken(kind, label, origin(type), version(type), why);
  }

  private String version(Class<?> type) {
    // A package that several jars share has the version of the first, so the jar itself is asked;
    // Java ignores manifests in modules, which have a version of their own.
    @Nullable ModuleDescriptor module = type.getModule().getDescriptor();
    if (module != null) {
      return module.rawVersion().orElse(UNKNOWN);
    }
    @Nullable ServiceFile file = files.naming(type.getName());
    return file == null
        ? Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), UNKNOWN)
        : file.version();
  }

  private static <P extends Provider<?>> RegistryEntry<P> broken(
      Class<P> kind, String label, String origin, String version, Unavailable why) {
    return new RegistryEntry<>(kind, label, origin, version, 0, why, null);
  }

  private static String origin(Class<?> type) {
    @Nullable CodeSource source = type.getProtectionDomain().getCodeSource();
    return source == null || source.getLocation() == null
        ? UNKNOWN
        : ServiceFiles.fileName(source.getLocation());
  }
}
