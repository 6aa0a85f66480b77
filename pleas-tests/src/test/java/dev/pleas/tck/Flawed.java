package dev.pleas.tck;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.tck.reference.ReferenceBackend;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The reference backend with some methods that do something else. All that it hands out is wrapped,
 * and unwrapped when it comes back as an argument.
 */
final class Flawed implements InvocationHandler {
  private static final List<Class<?>> WRAPPED =
      List.of(
          TensorScope.class,
          Tensor.class,
          GramAccumulator.class,
          SumAccumulator.class,
          CompiledGraph.class,
          TensorBackend.class);

  private final TensorBackend backend;
  private final Object target;
  private final Map<String, Flaw> flaws;

  private Flawed(TensorBackend backend, Object target, Map<String, Flaw> flaws) {
    this.backend = backend;
    this.target = target;
    this.flaws = flaws;
  }

  /** What a method does instead. */
  interface Flaw {
    Object instead(Interception call) throws Throwable;
  }

  /**
   * Returns a provider of flawed backends.
   *
   * @param flaws by interface and method, for instance {@code TensorScope.relu}
   */
  static TensorBackendProvider provider(Map<String, Flaw> flaws) {
    Set<String> known =
        WRAPPED.stream()
            .flatMap(
                type ->
                    List.of(type.getMethods()).stream()
                        .map(method -> type.getSimpleName() + "." + method.getName()))
            .collect(java.util.stream.Collectors.toSet());
    if (!known.containsAll(flaws.keySet())) {
      throw new AssertionError("no such methods: " + flaws.keySet());
    }
    return TestProvider.backend(
        () -> {
          TensorBackend backend = new ReferenceBackend();
          return (TensorBackend) new Flawed(backend, backend, flaws).wrap(backend);
        });
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    Object[] unwrapped = arguments == null ? new Object[0] : arguments.clone();
    for (int i = 0; i < unwrapped.length; i++) {
      unwrapped[i] = unwrap(unwrapped[i]);
    }
    Interception call = new Interception(backend, target, method, unwrapped);
    for (Class<?> type : WRAPPED) {
      Flaw flaw = flaws.get(type.getSimpleName() + "." + method.getName());
      if (flaw != null && type.isInstance(target)) {
        return wrap(flaw.instead(call));
      }
    }
    return wrap(call.proceed());
  }

  private Object wrap(Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> wrapped = new LinkedHashMap<>();
      map.forEach((key, each) -> wrapped.put(key, wrap(each)));
      return wrapped;
    }
    for (Class<?> type : WRAPPED) {
      if (type.isInstance(value)) {
        return Proxy.newProxyInstance(
            Flawed.class.getClassLoader(),
            new Class<?>[] {type},
            new Flawed(backend, value, flaws));
      }
    }
    return value;
  }

  private static Object unwrap(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Flawed::unwrap).toList();
    } else if (value instanceof Map<?, ?> map
        && map.values().stream().allMatch(Tensor.class::isInstance)) {
      Map<Object, Object> unwrapped = new LinkedHashMap<>();
      map.forEach((key, each) -> unwrapped.put(key, unwrap(each)));
      return unwrapped;
    }
    boolean ours = value != null && Proxy.isProxyClass(value.getClass());
    return ours && Proxy.getInvocationHandler(value) instanceof Flawed flawed
        ? flawed.target
        : value;
  }
}
