package dev.pleas.api.provider;

import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.nio.file.Path;
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
final class ProviderLoader {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final String UNKNOWN = "unknown";

  /** A class path that fails this often in a row gives no more providers. */
  private static final int MOST_FAILURES = 100;

  private ProviderLoader() {}

  static <P extends Provider<?>> List<RegistryEntry<P>> load(Class<P> kind, ClassLoader loader) {
    List<RegistryEntry<P>> entries = new ArrayList<>();
    // On the module path only the kinds that module-info.java names could be looked for otherwise.
    ProviderLoader.class.getModule().addUses(kind);
    Iterator<P> providers = ServiceLoader.load(kind, loader).iterator();
    int failures = 0;
    while (failures < MOST_FAILURES) {
      try {
        // hasNext itself can throw LinkageError (missing or newer classes), next a
        // ServiceConfigurationError (constructor, wrong type); both go on to the next provider.
        if (!providers.hasNext()) {
          break;
        }
        entries.add(examine(kind, providers.next()));
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        entries.add(broken(kind, culprit(kind, e), UNKNOWN, UNKNOWN, describe(e)));
      }
    }
    return entries;
  }

  static <P extends Provider<?>> RegistryEntry<P> duplicate(
      RegistryEntry<P> entry, RegistryEntry<P> first) {
    return broken(
        entry.kind(),
        entry.id(),
        entry.origin(),
        entry.version(),
        "another provider in " + first.origin() + " has the same id; ids must be unique");
  }

  private static <P extends Provider<?>> RegistryEntry<P> examine(Class<P> kind, P provider) {
    String origin = origin(provider.getClass());
    String version = version(provider.getClass());
    String label = provider.getClass().getName();
    try {
      if (provider.apiVersion() != Provider.API_VERSION) {
        return broken(
            kind,
            label,
            origin,
            version,
            "it was compiled against API version "
                + provider.apiVersion()
                + ", this is version "
                + Provider.API_VERSION);
      }
      String id = provider.id();
      if (!ID.matcher(id).matches()) {
        return broken(
            kind, label, origin, version, "its id \"" + id + "\" does not match " + ID.pattern());
      }
      label = id;
      int priority = provider.priority();
      Availability availability = Objects.requireNonNull(provider.probe(), "probe() returned null");
      return new RegistryEntry<>(kind, id, origin, version, priority, availability, provider);
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
      return broken(kind, label, origin, version, describe(e));
    }
  }

  private static <P extends Provider<?>> RegistryEntry<P> broken(
      Class<P> kind, String label, String origin, String version, String reason) {
    return new RegistryEntry<>(
        kind,
        label,
        origin,
        version,
        0,
        new Availability.Unavailable(reason, "remove or replace the jar that provides it"),
        null);
  }

  private static String describe(Throwable e) {
    @Nullable Throwable cause = e.getCause();
    String text = e instanceof ServiceConfigurationError ? e.getMessage() : e.toString();
    return cause == null ? String.valueOf(text) : text + ": " + cause;
  }

  /** The class a failure is about, as far as its message tells. */
  private static String culprit(Class<?> kind, Throwable e) {
    String first =
        String.valueOf(e.getMessage())
            .replaceFirst("^" + Pattern.quote(kind.getName()) + ": ", "")
            .replaceFirst("^Provider ", "")
            .split("\\s", 2)[0];
    // A service file that cannot be parsed is named by its URL.
    return first.contains(":") ? "service file" : first.replace('/', '.');
  }

  /** The version in the jar's manifest; Java ignores that in modules, which have their own. */
  private static String version(Class<?> type) {
    @Nullable ModuleDescriptor module = type.getModule().getDescriptor();
    @Nullable String version =
        module == null
            ? type.getPackage().getImplementationVersion()
            : module.rawVersion().orElse(null);
    return Objects.requireNonNullElse(version, UNKNOWN);
  }

  private static String origin(Class<?> type) {
    @Nullable CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return UNKNOWN;
    }
    try {
      Path path = Path.of(URI.create(source.getLocation().toString()));
      return String.valueOf(path.getFileName());
    } catch (RuntimeException e) {
      return source.getLocation().toString();
    }
  }
}
