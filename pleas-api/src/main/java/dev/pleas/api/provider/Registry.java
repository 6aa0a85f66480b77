package dev.pleas.api.provider;

import dev.pleas.api.error.ProviderException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds providers with {@link java.util.ServiceLoader} and chooses among them. One broken jar does
 * not hide the others: whatever fails while loading becomes an entry that says why. An explicit
 * choice never falls back to another provider. Results are cached: each provider is probed once.
 * Safe for use by several threads.
 */
public final class Registry {
  private static final Comparator<RegistryEntry<?>> BEST_FIRST =
      Comparator.<RegistryEntry<?>>comparingInt(entry -> -entry.priority())
          .thenComparing(RegistryEntry::id)
          .thenComparing(RegistryEntry::origin);

  private final ClassLoader loader;
  private final Map<Class<?>, List<? extends RegistryEntry<?>>> cache = new HashMap<>();

  private Registry(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * Returns a registry of what a class loader can see. Nothing is loaded before it is asked for.
   *
   * @param loader for instance {@code MyMain.class.getClassLoader()}, or a loader over plugin jars
   */
  public static Registry of(ClassLoader loader) {
    return new Registry(loader);
  }

  /**
   * Returns everything found of one kind, the highest priority first, unusable entries included.
   *
   * @param kind a provider interface such as {@code MatcherProvider.class}
   */
  @SuppressWarnings("unchecked")
  public synchronized <P extends Provider<?>> List<RegistryEntry<P>> entries(Class<P> kind) {
    return (List<RegistryEntry<P>>) cache.computeIfAbsent(kind, k -> load(kind));
  }

  /**
   * Chooses the available provider of highest priority.
   *
   * @throws ProviderException if none is available, saying why for each
   */
  public <P extends Provider<?>> Selection<P> best(Class<P> kind) {
    List<String> passedOver = new ArrayList<>();
    for (RegistryEntry<P> entry : entries(kind)) {
      P provider = entry.provider();
      if (provider != null && entry.usable()) {
        String reason =
            passedOver.isEmpty()
                ? "highest priority (" + entry.priority() + ") of those available"
                : "best available; passed over " + String.join("; ", passedOver);
        return new Selection<>(entry, provider, reason);
      }
      passedOver.add(entry.id() + ": " + why(entry.availability()));
    }
    throw new ProviderException(
        "no "
            + name(kind)
            + " is available"
            + (passedOver.isEmpty()
                ? ": none was found on the classpath; add a jar that provides one"
                : ": " + String.join("; ", passedOver)));
  }

  /**
   * Chooses by id, or the best for {@code auto}.
   *
   * @param id an id, or {@code auto}
   * @throws ProviderException if there is none with this id (listing those there are), or it cannot
   *     be used here (saying why)
   */
  public <P extends Provider<?>> Selection<P> select(Class<P> kind, String id) {
    if (id.equals("auto")) {
      return best(kind);
    }
    @Nullable RegistryEntry<P> unusable = null;
    for (RegistryEntry<P> entry : entries(kind)) {
      if (entry.id().equals(id)) {
        P provider = entry.provider();
        if (provider != null && entry.usable()) {
          return new Selection<>(entry, provider, "chosen by id");
        }
        unusable = unusable == null ? entry : unusable;
      }
    }
    if (unusable != null) {
      throw new ProviderException(
          name(kind) + " " + id + " cannot be used here: " + why(unusable.availability()));
    }
    String known = entries(kind).stream().map(RegistryEntry::id).collect(Collectors.joining(", "));
    throw new ProviderException(
        "no "
            + name(kind)
            + " "
            + id
            + "; there are: "
            + (known.isEmpty() ? "none" : known)
            + ". See: pleas backends");
  }

  /**
   * Returns a kind's name for people: {@code TensorBackendProvider} is a {@code tensor backend}.
   */
  public static String name(Class<?> kind) {
    return kind.getSimpleName()
        .replaceFirst("Provider$", "")
        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
        .toLowerCase(java.util.Locale.ROOT);
  }

  private <P extends Provider<?>> List<RegistryEntry<P>> load(Class<P> kind) {
    List<RegistryEntry<P>> entries = new ArrayList<>(ProviderLoader.load(kind, loader));
    entries.sort(BEST_FIRST);
    Map<String, RegistryEntry<P>> first = new HashMap<>();
    entries.replaceAll(
        entry -> {
          @Nullable RegistryEntry<P> other =
              entry.provider() == null ? null : first.putIfAbsent(entry.id(), entry);
          return other == null ? entry : ProviderLoader.duplicate(entry, other);
        });
    return List.copyOf(entries);
  }

  private static String why(Availability availability) {
    if (availability instanceof Availability.Unavailable no) {
      return no.remedy().isEmpty() ? no.reason() : no.reason() + " (" + no.remedy() + ")";
    }
    return "available";
  }
}
