package dev.pleas.architecture.offence.helper;

/** A class in a package that says nothing about it. */
final class Stray {
  private Stray() {}
}
