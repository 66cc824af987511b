import { container } from 'tsyringe';
import 'reflect-metadata';

export const handler = async () => typeof container;
