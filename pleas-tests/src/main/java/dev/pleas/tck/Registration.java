package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.provider.Provider;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Whether {@link ServiceLoader} finds a provider. */
final class Registration {
  /** A class path that fails this often gives no more providers. */
  private static final int MOST_FAILURES = 100;

  private Registration() {}

  /** Fails unless the class is public and can be made without arguments. */
  static void requireConstructible(Class<?> type) {
    assertTrue(
        Modifier.isPublic(type.getModifiers()),
        () -> type.getName() + " must be public, as ServiceLoader makes it");
    assertTrue(
        Arrays.stream(type.getConstructors()).anyMatch(made -> made.getParameterCount() == 0),
        () -> type.getName() + " must have a public constructor without arguments");
  }

  /** Fails unless a service file on the class path names the class. */
  static void requireListed(Class<?> type) {
    Class<?> kind = kind(type);
    assertTrue(
        lists(kind, type),
        () ->
            "no file META-INF/services/"
                + kind.getName()
                + " on the class path names "
                + type.getName());
  }

  private static boolean lists(Class<?> kind, Class<?> type) {
    Iterator<? extends ServiceLoader.Provider<?>> providers =
        ServiceLoader.load(kind, type.getClassLoader()).stream().iterator();
    for (int failures = 0; failures < MOST_FAILURES; ) {
      try {
        if (!providers.hasNext()) {
          return false;
        }
        if (providers.next().type() == type) {
          return true;
        }
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++; // another provider's; the search goes on behind it
      }
    }
    return false;
  }

  /** Returns the interface that a provider is looked for by, such as MatcherProvider. */
  static Class<?> kind(Class<?> type) {
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Class<?> implemented : c.getInterfaces()) {
        if (implemented != Provider.class && Provider.class.isAssignableFrom(implemented)) {
          return implemented;
        }
      }
    }
    throw new AssertionError(type.getName() + " implements no interface for one kind of provider");
  }
}
