package dev.pleas.tck.reference;

/** What a scope owns: it takes memory until it is closed. */
abstract class Resource implements AutoCloseable {
  private final ReferenceScope scope;
  private final String name;
  private final long bytes;
  private boolean closed;

  /**
   * @param name what messages call it
   * @param bytes what it occupies
   */
  Resource(ReferenceScope scope, String name, long bytes) {
    this.scope = scope;
    this.name = name;
    this.bytes = bytes;
    scope.backend().occupy(bytes);
  }

  final ReferenceScope scope() {
    return scope;
  }

  final void checkOpen() {
    if (closed) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  @Override
  public final void close() {
    if (!closed) {
      closed = true;
      scope.forget(this);
      scope.backend().occupy(-bytes);
    }
  }
}
