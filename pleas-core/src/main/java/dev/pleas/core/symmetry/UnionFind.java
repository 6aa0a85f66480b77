package dev.pleas.core.symmetry;

import java.util.HashMap;
import java.util.Map;

/** Disjoint sets with path compression; elements join a set of their own when first mentioned. */
final class UnionFind<T> {
  private final Map<T, T> parent = new HashMap<>();

  T find(T element) {
    T up = parent.putIfAbsent(element, element);
    if (up == null || up.equals(element)) {
      return element;
    }
    T root = find(up);
    parent.put(element, root);
    return root;
  }

  void union(T a, T b) {
    T rootA = find(a);
    T rootB = find(b);
    if (!rootA.equals(rootB)) {
      parent.put(rootB, rootA);
    }
  }
}
