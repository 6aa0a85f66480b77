/**
 * Element types of stored tensors: conversion to and from float32, rounding to nearest with ties to
 * even.
 */
@NullMarked
package dev.pleas.models.dtype;

import org.jspecify.annotations.NullMarked;
